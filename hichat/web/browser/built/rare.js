import{$ as Qt,A as Jt,Aa as $e,Ba as fe,C as q,Ca as Nt,D as J,E as Zt,I as U,J as M,K as b,L as B,M as C,N as A,O as ct,P as w,Q as O,R as Z,S as rt,T as $t,U as Q,X as E,_ as it,a as h,b as P,ba as te,c as qt,ca as ee,d as Ut,da as oe,e as Wt,ea as ne,f as c,fa as se,g as K,ga as re,h as pt,ha as D,i as S,ia as I,j as G,ja as T,k as Kt,ka as j,l as X,la as ft,ma as ie,n,na as Et,o as nt,oa as Ft,p as Yt,pa as dt,q as St,qa as ht,r as Vt,ra as W,s as y,sa as gt,t as Mt,ta as bt,u as mt,ua as ae,v as ut,va as ce,w as At,wa as le,x as H,xa as pe,y as Xt,ya as me,z as st,za as ue}from"./client.js";function je({model:t}){let[e,o]=h(""),[s,r]=h(""),[i,a]=h(""),[l,m]=h(""),[f,u]=h(!1),p=async $=>{$.preventDefault(),a(""),m("");let g=d=>J(a,ut)(d)||J(m,At)(d);await t.attempt(()=>t.link.ask("changePassword",e,s,X()),n("passwordChanged"),g)&&(o(""),r(""))};return c`<div class="page">
    <${w} title=${n("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${p}>
        <h2>${n("changePassword")}</h2>
        <p class="dim">${n("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${Mt} label=${n("oldPassword")} problem=${l} value=${e} change=${o} required autocomplete="current-password" />
        <${mt} label=${n("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${n("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${n("yourData")}</h2>
        <p class="dim">${n("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>te(t,"/me/export",n("dataComes"))}>${n("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${n("deleteAccount")}</h2>
        <p class="dim">${n("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${n("deleteAccount")}</button></div>
      </div>
    </div>
    ${f&&c`<${Le} model=${t} close=${()=>u(!1)} />`}
  </div>`}function Le({model:t,close:e}){let[o,s]=h(""),[r,i]=h(""),a=async l=>{l.preventDefault(),i("");let m=()=>t.api.post("/me/deletion",{password:o});await t.attempt(m,"",J(i,At))&&(e(),location.hash="",await t.link.ask("forget"))};return c`<${O} title=${n("deleteAccount")} close=${e}>
    <form onSubmit=${a}>
      <p>${n("deleteAccountQuestion")}</p>
      <${Mt} label=${n("password")} problem=${r} value=${o} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${n("cancel")}</button>
        <button class="danger">${n("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function He({model:t}){let e=s=>{oe(s),t.changed()},o=s=>t.speak(s);return c`<div class="page">
    <${w} title=${n("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${H} label=${n("theme")} options=${{auto:n("themeAuto"),light:n("themeLight"),dark:n("themeDark")}} value=${ee()} change=${e} />
      <${H} label=${n("language")} options=${Kt} value=${X()} change=${o} />
    </div>
  </div>`}function _e({model:t,selected:e}){let[o,s]=h(!1),{archived:r}=t,i=$t(t,async()=>{o||await t.overview.archive(),s(!0)});return c`
    <${w} title=${n("archive")} back=${b("chats")} />
    <${D}
      items=${r}
      row=${a=>c`<${se} key=${a.name} model=${t} conversation=${a} selected=${a.name===e} />`}
    />
    ${o&&!r.length&&c`<${C} icon="archive" text=${n("archiveEmpty")} />`}
    ${!o&&!r.length&&c`<${rt} model=${t} away=${i} />`}
  `}function Ge({model:t}){let e=t.lists.get("blocks"),o=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return c`<div class="page">
    <${w} title=${n("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${C} icon="block" text=${n("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>c`<${A} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>o(s)}>${n("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function qe({model:t,selected:e}){let o=t.lists.get("received"),s=t.lists.get("sent"),r=it(t.me),i=new Intl.Collator,a=[...t.lists.get("contacts")].sort((l,m)=>i.compare(t.people.name(l.user.id),t.people.name(m.user.id)));return c`
    <${w} title=${n("contacts")}>
      ${!r&&c`<a class="icon-button" href=${b("contacts","find")} aria-label=${n("findPeople")} title=${n("findPeople")}><${S} name="plus" /></a>`}
    <//>
    ${o.length>0&&c`<h2 class="list-head">${n("requests")}</h2>`}
    <ul class="rows">
      ${o.map(({user:l,greeting:m})=>c`<${Ue} key=${l.id} model=${t} user=${l} greeting=${m} />`)}
    </ul>
    ${s.length>0&&c`<h2 class="list-head">${n("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>c`<${A} key=${l.id} model=${t} person=${l} note=${n("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(o.length>0||s.length>0)&&c`<h2 class="list-head">${n("contacts")}</h2>`}
    ${!a.length&&c`<${C} icon="contacts" text=${n(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&c`<a class="button" href=${b("contacts","find")}>${n("findPeople")}</a>`}
    <//>`}
    <${D}
      items=${a}
      row=${({user:l})=>c`<${A} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function Ue({model:t,user:e,greeting:o}){let{api:s,lists:r}=t,i=(m,f)=>t.attempt(async()=>{await m(),r.again("received","contacts")},f),a=()=>i(()=>s.put(`/contacts/${e.id}`),n("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return c`<${A} model=${t} person=${e} note=${o||n("asksYou")} asks>
    <button type="button" class="primary small" onClick=${a}>${n("accept")}</button>
    <button type="button" class="small" onClick=${l}>${n("reject")}</button>
  <//>`}function We({model:t}){let[e,o]=h(""),s=T(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return c`<div class="page">
    <${w} title=${n("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${n("groupName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${C} icon="search" text=${n("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${ct} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function Ke({model:t}){let[e,o]=h(""),s=T(t,e,r=>j(t,r,50));return c`<div class="page">
    <${w} title=${n("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${n("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${C} icon="search" text=${n("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${A} key=${r.id} model=${t} person=${r} note=${ft(r)}>
              <button type="button" class="small" onClick=${()=>M("chats",`user-${r.id}`)}>${n("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var Rt=20;function Ye({model:t,message:e,close:o}){let[s,r]=h(""),[i,a]=h(""),[l,m]=h([]),f=I(s.trim()),u=T(t,s,v=>v?j(t,v,Rt):[]),p=f?Ve(t,ie(t,de(t,t.all),f),u??[]):de(t,t.listed);P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let $=v=>{l.includes(v)?m(l.filter(F=>F!==v)):l.length<Rt?m([...l,v]):t.toast(n("tooManyChats",{most:Rt}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let F of l)t.forward(t.conversation(F),e,i.trim());t.toast(n(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),o()}},d=v=>c`<${Xe} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>$(v.name)} />`;return c`<${O} title=${n("forward")} close=${o}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${n("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(u||!f)&&c`<p class="hint">${n("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${n("chats")}><${D} items=${p} row=${d} /></div>
      <${y} label=${n("comment")} value=${i} change=${a} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${o}>${n("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?n("sendTo",{count:l.length}):n("send")}</button>
      </div>
    </form>
  <//>`}function Ve(t,e,o){let s=new Set(e.map(({name:i})=>i)),r=o.map(({id:i})=>t.conversation(Ft({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>dt(t,i))]}function de(t,e){let o=e.filter(i=>dt(t,i)),s=new Set(o.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Ft({user:i.id}))).filter(i=>!s.has(i.name)&&dt(t,i));return[...o,...r]}function Xe({model:t,conversation:e,chosen:o,toggle:s}){let r=t.titleOf(e);return c`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${o} onChange=${s} />
      <${B}
        model=${t}
        id=${e.id}
        name=${r}
        picture=${t.pictureOf(e)}
        kind=${e.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${r}</span></span>
    </label>
  </li>`}var vt=256;function wt({model:t,id:e,name:o,kind:s="person",value:r,change:i}){let a=K(),[l,m]=h(!1);return c`<div class="picture-field">
    <${B} model=${t} id=${e} name=${o} picture=${r} kind=${s} size="large" />
    <input ref=${a} type="file" hidden accept="image/*" onChange=${async u=>{let p=u.currentTarget.files[0];u.currentTarget.value="",p&&(m(!0),await t.attempt(async()=>i(await t.media.storeOpen(await Je(p)))),m(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>a.current.click()}>${n("choosePicture")}</button>
      ${r&&c`<button type="button" onClick=${()=>i("")}>${n("noPicture")}</button>`}
    </div>
  </div>`}async function Je(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(n("notAPicture"))}),o=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:vt,height:vt}),[r,i]=[(e.width-o)/2,(e.height-o)/2];s.getContext("2d")?.drawImage(e,r,i,o,o,0,0,vt,vt);let a=await new Promise(l=>s.toBlob(l,"image/png"));return new File([a],"picture.png",{type:"image/png"})}var yt=t=>["name_taken","name_reserved","invalid_field"].includes(t.code),Ze=()=>({open:n("policyOpen"),approval:n("policyApproval"),invite:n("policyInvite")});function kt({model:t,id:e,given:o,change:s,action:r,problem:i,then:a}){let l=u=>p=>s({...o,[u]:p}),m=U(a);return c`<form class="form" onSubmit=${u=>{u.preventDefault(),m()}}>
    <${wt} model=${t} id=${e} name=${o.name} kind="group" value=${o.picture} change=${l("picture")} />
    <${y} label=${n("groupName")} problem=${i} value=${o.name} change=${l("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${n("description")} value=${o.description} change=${l("description")} rows="3" maxlength="1024" />
    <${H} label=${n("whoMayJoin")} options=${Ze()} value=${o.joinPolicy} change=${l("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ge({model:t,group:e,close:o}){let[s,r]=h(""),[i,a]=h(new Set),l=T(t,s,p=>p?j(t,p,20):he(t)),m=new Set(t.members.get(e.id).map(p=>p.id)),f=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),a(new Set([...i,p.id]))},n("invitedDone",{name:t.people.name(p.id)})),u=(l??he(t)).filter(p=>!m.has(p.id));return c`<${O} title=${n("invite")} close=${o}>
    <${y} label=${n("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!u.length&&s.trim()&&c`<p class="hint">${n("nobodyFound")}</p>`}
    <ul class="rows">
      ${u.map(p=>c`<${A} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>f(p)}>${n("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function he(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),o=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...o])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var Qe=168*36e5;function be({model:t,group:e,close:o}){let[s,r]=h(null),i=`/groups/${e.id}/links`,a=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await a()});P(()=>{l(()=>{})},[]);let m=U(()=>l(()=>t.api.post(i,{expires:t.now()+Qe}))),f=p=>`${location.origin}${st}/${b("join",p.code)}`,u=p=>t.attempt(()=>navigator.clipboard.writeText(f(p)),n("copied"));return c`<${O} title=${n("inviteLinks")} close=${o}>
    <p class="dim">${n("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>c`<li key=${p.id}>
            <input readonly value=${f(p)} aria-label=${n("inviteLink")} onFocus=${$=>$.currentTarget.select()} />
            <${G} icon="copy" label=${n("copy")} onClick=${()=>u(p)} />
            <${G} icon="recall" label=${n("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[n("used",{count:p.uses}),p.expires&&n("until",{time:nt(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${m}>${n("newLink")}</button>
    </div>
  <//>`}function ve({model:t,group:e}){let[o,s]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Ut(0),a=async()=>{let g=++i.current,d=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of d.flat())t.people.know({deleted:!1,...v});g===i.current&&s({requests:d[0],invitations:d[1],bans:d[2]})};P(()=>{a().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await a()}),m=`/groups/${e.id}`,f={requests:g=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${m}/members/${g.id}`))}>${n("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/requests/${g.id}`))}>${n("reject")}</button>
    `,invitations:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/invitations/${g.id}`))}>${n("takeBack")}</button>
    `,bans:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/bans/${g.id}`))}>${n("unban")}</button>
    `},u=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(o).map(([g,d])=>({name:g,people:d.filter(({id:v})=>!u.has(v))})).map(({name:g,people:d})=>d.length>0&&c`<h2 class="list-head" key=${g}>${n(p[g])}</h2>
        <ul class="rows">
          ${d.map(v=>c`<${A} key=${v.id} model=${t} person=${v}>${f[g](v)}<//>`)}
        </ul>`)}var we={owner:0,admin:1,member:2},to=36e5,eo=10;function ye({model:t,group:e}){let[o,s]=h(""),r=I(o.trim()),i=t.members.isComplete(e.id),a=T(t,o,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),m=r?l.filter(p=>t.people.namesOf(p).some($=>I($).includes(r))):l,f=(r&&a?t.members.found(e.id):[]).filter(({id:p})=>!l.some($=>$.id===p)),u=[...m,...f].sort((p,$)=>we[p.role]-we[$.role]);return c`
    <h2 class="list-head">${n("membersTitle")}</h2>
    ${e.size>eo&&c`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${S} name="search" />
        <input
          type="search"
          value=${o}
          maxlength="64"
          autocomplete="off"
          placeholder=${n("findMembers")}
          aria-label=${n("findMembers")}
          onInput=${p=>s(p.currentTarget.value)}
        />
      </form>`}
    ${r&&!u.length&&(i||a)&&c`<p class="hint" role="status">${n("nobodyFound")}</p>`}
    <${D}
      items=${u}
      row=${p=>c`<${oo} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&c`<${Q} load=${()=>t.members.more(e.id)} />`}
  `}function oo({model:t,group:e,member:o}){let[s,r]=h(null),[i,a]=h(""),l=K(),m=e.you.role,f=t.lasts(o.muted),p=(m==="owner"||m==="admin"&&o.role==="member")&&o.id!==t.state.user,$=`/groups/${e.id}/members/${o.id}`,g=k=>t.attempt(async()=>{await k(),await t.groups.refresh(e.id)}),d=k=>g(()=>t.api.put(`${$}/role`,{role:k})),v=[m==="owner"&&o.role==="member"&&{icon:"person",text:n("makeAdmin"),act:()=>d("admin")},m==="owner"&&o.role==="admin"&&{icon:"person",text:n("makeMember"),act:()=>d("member")},m==="owner"&&{icon:"person",text:n("makeOwner"),act:()=>a("makeOwner")},f?{icon:"bell",text:n("unmuteMember"),act:()=>g(()=>t.api.delete(`${$}/mute`))}:{icon:"mute",text:n("muteHour"),act:()=>g(()=>t.api.put(`${$}/mute`,{until:t.now()+to}))},!f&&{icon:"mute",text:n("muteMember"),act:()=>g(()=>t.api.put(`${$}/mute`,{}))},{icon:"leave",text:n("removeMember"),act:()=>a("removeMember"),danger:!0},{icon:"block",text:n("ban"),act:()=>a("ban"),danger:!0}],F={makeOwner:()=>d("owner"),removeMember:()=>g(()=>t.api.delete($)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${o.id}`))},L=[o.role!=="member"&&n(o.role),f&&n("muted")].filter(Boolean).join(" · "),N=t.people.name(o.id);return c`<${A} model=${t} person=${o} note=${L}>
    ${p&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${n("moreAbout",{name:N})}
        onClick=${()=>r(l.current)}
      >
        <${S} name="more" />
      </button>`}
    ${s&&c`<${ne} anchor=${s} label=${N} close=${()=>r(null)} items=${v} />`}
    ${i&&c`<${Z} title=${n(i)} text=${n(`${i}Question`,{name:N})} action=${n(i)} close=${()=>a("")} then=${F[i]} />`}
  <//>`}var no={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function so({model:t,id:e}){let[o,s]=h(""),{api:r,lists:i}=t,a=t.groups.get(e),l=a?.you.role,m=U(k=>k());if(P(()=>{t.ready&&a&&!a.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!a)return c`<div class="page"><${w} title=${n("group")} back=${b("groups")} /></div>`;if(a.gone)return c`<div class="page">
      <${w} title=${a.name||n("group")} back=${b("groups")} />
      <p class="hint">${n(a.gone)}</p>
    </div>`;let f=(k,R="",x=void 0)=>t.attempt(async()=>{await k(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},R,x),u=()=>s(""),p=()=>M("chats",`group-${e}`),$=()=>f(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(n("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=k=>t.attempt(async()=>{await k(),i.again("groups"),M("groups")}),d=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",F=it(t.me),L=t.lasts(a.muted),N=a.archived===void 0;return c`<div class="page">
    <${w} title=${n("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        <p class="dim">${n(a.size===1?"oneMember":"members",{count:a.size})} · ${n(no[a.joinPolicy])}</p>
        ${!N&&c`<p class="dim" role="status">${n("groupArchived")}</p>`}
        ${a.description&&c`<p class="bio"><${ht} text=${a.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&c`<${E} icon="chats" text=${n("message")} kind="primary" act=${p} />`}
        ${l&&N&&!F&&c`<${E} icon="invite" text=${n("invite")} act=${()=>s("invite")} />`}
        ${v&&N&&!F&&c`<${E} icon="link" text=${n("inviteLinks")} act=${()=>s("links")} />`}
        ${v&&N&&c`<${E} icon="edit" text=${n("edit")} act=${()=>s("edit")} />`}
        ${v&&N&&c`<${E} icon=${L?"bell":"mute"} text=${n(L?"unmuteGroup":"muteGroup")}
            act=${()=>f(()=>L?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&N&&c`<div class="actions center">
          ${a.you.requested&&c`<button type="button" onClick=${()=>f(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${n("takeBack")}</button>`}
          ${!a.you.requested&&(a.joinPolicy!=="invite"||a.you.invitedBy)&&c`<button type="button" class="primary" onClick=${()=>m($)}>${n(a.joinPolicy==="approval"&&!a.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&c`<${ve} model=${t} group=${a} />`}
      ${l&&c`<${ye} model=${t} group=${a} />`}
      ${l&&c`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(d)}><${S} name=${d==="leave"?"leave":"recall"} />${n(d)}</button>
        </div>`}
    </div>
    ${o==="edit"&&c`<${ro} model=${t} group=${a} close=${u} act=${f} />`}
    ${o==="invite"&&c`<${ge} model=${t} group=${a} close=${u} />`}
    ${o==="links"&&c`<${be} model=${t} group=${a} close=${u} />`}
    ${o==="leave"&&c`<${Z} title=${n("leave")} text=${n("leaveQuestion",{name:a.name})} action=${n("leave")} close=${u}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${o==="dissolve"&&c`<${Z} title=${n("dissolve")} text=${n("dissolveQuestion",{name:a.name})} action=${n("dissolve")} close=${u}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function ro({model:t,group:e,close:o,act:s}){let{name:r,description:i,picture:a,joinPolicy:l}=e,[m,f]=h({name:r,description:i,picture:a,joinPolicy:l}),[u,p]=h(""),$=async()=>{p(""),await s(()=>t.api.patch(`/groups/${e.id}`,m),n("saved"),J(p,yt))&&o()};return c`<${O} title=${n("editGroup")} close=${o}>
    <${kt} model=${t} id=${e.id} given=${m} change=${f} action=${n("save")} problem=${u} then=${$} />
  <//>`}function io({model:t,selected:e}){let{api:o,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),a=s.get("asked"),l=it(t.me),m=$=>t.attempt(async()=>{await $(),s.again("groups","invitations","asked")}),f=$=>m(async()=>{await t.groups.change(()=>o.post(`/groups/${$.id}/join`)),M("chats",`group-${$.id}`)}),u=$=>m(()=>o.delete(`/groups/${$.id}/invitations/${t.state.user}`)),p=($,g)=>c`<${ct} key=${$.id} model=${t} group=${$} selected=${e===String($.id)} ...${g} />`;return c`
    <${w} title=${n("groups")}>
      ${!l&&c`<a class="icon-button" href=${b("groups","find")} aria-label=${n("findGroups")} title=${n("findGroups")}><${S} name="search" /></a>`}
      ${!l&&c`<a class="icon-button" href=${b("groups","new")} aria-label=${n("newGroup")} title=${n("newGroup")}><${S} name="plus" /></a>`}
    <//>
    ${i.length>0&&c`<h2 class="list-head">${n("invitations")}</h2>`}
    <ul class="rows">
      ${i.map($=>c`<${ct} key=${$.id} model=${t} group=${$} note=${n("invitedBy",{name:t.people.name($.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>f($)}>${n("join")}</button>
            <button type="button" class="small" onClick=${()=>u($)}>${n("decline")}</button>
          <//>`)}
    </ul>
    ${a.length>0&&c`<h2 class="list-head">${n("asked")}</h2>`}
    <ul class="rows">${a.map($=>p($,{note:n("waitingForAnswer")}))}</ul>
    ${(i.length>0||a.length>0)&&c`<h2 class="list-head">${n("groups")}</h2>`}
    ${!r.length&&c`<${C} icon="groups" text=${n(l?"guestHint":"noGroups")}>
        ${!l&&c`<a class="button" href=${b("groups","find")}>${n("findGroups")}</a>`}
        ${!l&&c`<a class="button" href=${b("groups","new")}>${n("newGroup")}</a>`}
      <//>`}
    <${D} items=${r} row=${$=>p($,{})} />
  `}function ao({model:t,code:e}){let[o,s]=h(e),r=U(()=>t.attempt(async()=>{let a=await t.groups.change(()=>t.api.post("/me/groups",{code:o.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${a.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),M("chats",l.name)})),i=a=>{a.preventDefault(),r()};return c`<div class="page">
    <${w} title=${n("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${n("joinByLinkHint")}</p>
        <${y} label=${n("inviteCode")} value=${o} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${n("join")}</button></div>
      </form>
    </div>
  </div>`}var co=[["keySwitch",W,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",W,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",W,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",W,"B"],["format_italic",W,"I"],["format_strike",W,"Shift","X"],["format_code",W,"E"],["format_link",W,"Shift","U"],["keyEscape","Esc"],["keyHelp",W,"/"]];function lo({close:t}){return c`<${O} title=${n("keys")} close=${t}>
    <dl class="keys">
      ${co.map(([e,...o])=>c`<div key=${e}>
            <dt>${n(e)}</dt>
            <dd>${o.map((s,r)=>c`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function po({model:t,id:e}){let[o,s]=h(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?n("noSuchMessage"):q(i))}};return P(()=>{t.ready&&r()},[t.ready]),c`<div class="page">
    <${w} title=${n("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${o?c`<div role="alert"><${C} icon="link" text=${o} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${n("loading")}</span></div>`}
    </div>
  </div>`}function mo({model:t}){let{mentions:e}=t;return P(()=>{e.again(),t.changed()},[]),c`
    <${w} title=${n("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(o=>c`<${gt} key=${o.message.id} model=${t} found=${o} />`)}
    </ul>
    ${e.complete&&!e.items.length&&c`<${C} icon="at" text=${n("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&c`<${rt} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&c`<${Q} key=${e.next} load=${()=>e.more()} />`}
  `}function uo({model:t}){let[e,o]=h(""),s=T(t,e,f=>j(t,f,50)),r=I(e.trim()),i=t.lists.get("contacts").map(({user:f})=>f),a=i.filter(f=>t.people.namesOf(f).some(u=>I(u).includes(r))),l=(s??[]).filter(({id:f})=>!i.some(u=>u.id===f)),m=f=>c`<ul class="rows">
      ${f.map(u=>c`<${A} key=${u.id} model=${t} person=${u} note=${ft(u)} href=${b("chats",`user-${u.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${w} title=${n("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${n("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${a.length>0&&c`<h2 class="list-head">${n("contacts")}</h2>${m(a)}`}
      ${a.length>0&&l.length>0&&c`<h2 class="list-head">${n("otherPeople")}</h2>`}
      ${m(l)}
      ${s&&!a.length&&!l.length&&c`<${C} icon="search" text=${n("nobodyFound")} />`}
    </div>
  </div>`}var $o="hichat.devices",ke=({state:t})=>`${$o}.${t.user}.${t.made}`;function xt(t,e){localStorage.setItem(ke(t),String(e))}async function xe(t){let e=t.me?.newestDevice;if(!e)return[];let o=localStorage.getItem(ke(t));if((o===null||Number(o)>e)&&xt(t,e),o===null||Number(o)>=e)return[];let r=(await t.api.all("/me/sessions")).filter(({id:i,current:a,loggedIn:l})=>i>Number(o)&&!a&&l);return r.length||xt(t,e),r}function fo({model:t}){let[e,o]=h([]),s=t.me?.newestDevice??0;P(()=>{let l=!1;return xe(t).then(m=>l||o(m)).catch(()=>{}),()=>l=!0},[s]);let[r]=e,i=()=>{xt(t,r.id),o(e.slice(1))},a=async()=>{let l=()=>t.api.delete(`/me/sessions/${r.id}`).catch(m=>{if(m.code!=="no_such_device")throw m});await t.attempt(l,n("deviceRefused"))&&(i(),M("settings","account"))};return c`<div class=${r?"trouble":""} role="status">
    ${r&&c`<span>${n("newDevice",{name:r.name,time:nt(r.created),address:r.address||n("addressUnknown")})}</span>
        <button type="button" class="small" onClick=${i}>${n("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${a}>${n("itWasNotMe")}</button>`}
  </div>`}function ho({model:t,code:e}){let[o,s]=h(""),[r,i]=h(""),[a,l]=h(""),m=U(async f=>{f.preventDefault(),i(""),l("");try{await Jt("POST","/v2/passwords",{body:{code:e,password:o},language:X()}),t.toast(n("passwordSet")),M("chats")}catch(u){(ut(u)?l:i)(q(u))}});return c`<main class="entry">
    <form class="card" onSubmit=${m}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Xt}>${n("setPassword")}<//>
      <${mt} label=${n("password")} problem=${a} value=${o} change=${s} />
      ${r&&c`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${n("setPassword")}</button>
      <a href="#/">${n("logIn")}</a>
    </form>
  </main>`}function go({model:t}){let[e,o]=h({name:"",description:"",picture:"",joinPolicy:"open"}),[s,r]=h(""),i=()=>{r("");let a=async()=>{let l=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let m=t.conversation(`group-${l.id}`);Object.assign(m,{gone:!1,listed:!0,touched:t.now()}),M("chats",m.name)};return t.attempt(a,"",J(r,yt))};return c`<div class="page">
    <${w} title=${n("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${kt} model=${t} given=${e} change=${o} action=${n("makeGroup")} problem=${s} then=${i} />
    </div>
  </div>`}function bo({model:t}){let[,e]=h(0),o=()=>e(a=>a+1),s=async a=>{await me(a==="on")||t.toast(n("noticesRefused"),"problem"),o()},r=a=>l=>{a(l==="on"),o(),t.changed()},i=(a,l,m)=>c`<${H} label=${a} options=${{on:n("on"),off:n("off")}} value=${l?"on":"off"} change=${m} />`;return c`<div class="page">
    <${w} title=${n("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${n(bt()?"noticesHint":"noticesImpossible")}</p>
      ${bt()&&i(n("notices"),ae(),s)}
      ${bt()&&i(n("noticesText"),le(),r($e))}
      ${i(n("sounds"),ce(),r(ue))}
      ${i(n("badge"),pe(),r(fe))}
    </div>
  </div>`}var vo="1000";function It({model:t,what:e,close:o}){let[s,r]=h(""),[i,a]=h(""),[l,m]=h(""),[f,u]=h(!1),p=async $=>{if($.preventDefault(),!s)return m(n("reportReasonNeeded"));u(!0),m("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(n("reported")),o()}catch(g){m(q(g)),u(!1)}};return c`<${O} title=${n(e.message?"reportMessage":"reportPerson")} close=${o}>
    <form onSubmit=${p}>
      <p class="dim">${n(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${H} label=${n("reportReason")} options=${Zt()} value=${s} change=${r} />
      <${y} label=${n("reportText")} value=${i} change=${a} rows="3" maxlength=${vo} />
      ${l&&c`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${o}>${n("cancel")}</button>
        <button class="primary" disabled=${f}>${n("report")}</button>
      </div>
    </form>
  <//>`}function wo({model:t,id:e}){let[o,s]=h(""),{api:r,lists:i}=t,a=t.people.get(e);if(P(()=>{t.ready&&r.get(`/users/${e}`).then(d=>t.people.know(d)).then(t.changed,()=>{})},[e,t.ready]),!a)return c`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),m=e===t.state.user,u=Object.fromEntries(["contacts","received","sent","blocks"].map(d=>[d,i.has(d,e)])),p=i.get("received").find(({user:d})=>d.id===e)?.greeting,$=(d,v="")=>t.attempt(async()=>{await d(),i.again("contacts","received","sent","blocks")},v),g=()=>s("");return c`<div class="page">
    <${w} title=${n("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${l} picture=${a.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(a).filter(d=>d!==l).map(d=>c`<p key=${d} class="dim" dir="auto">${d}</p>`)}
        ${a.gender&&c`<p class="dim">${a.gender}</p>`}
        ${a.bio&&c`<p class="bio"><${ht} text=${a.bio} /></p>`}
        ${p&&c`<p class="greeting">${p}</p>`}
      </div>
      ${m?c`<div class="actions center"><a class="button" href=${b("settings","profile")}>${n("editProfile")}</a></div>`:!a.deleted&&c`<div class="tiles">
              <${E} icon="chats" text=${n("message")} kind="primary" act=${()=>M("chats",`user-${e}`)} />
              ${u.received&&c`<${E} icon="check" text=${n("accept")} act=${()=>$(()=>r.put(`/contacts/${e}`),n("accepted",{name:l}))} />`}
              ${u.received&&c`<${E} icon="close" text=${n("reject")} act=${()=>$(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${u.sent&&c`<${E} icon="close" text=${n("takeBack")} act=${()=>$(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!u.contacts&&!u.received&&!u.sent&&!u.blocks&&c`<${E} icon="invite" text=${n("addContact")} act=${()=>s("ask")} />`}
              ${u.contacts&&c`<${E} icon="edit" text=${n("setRemark")} act=${()=>s("remark")} />`}
              ${u.contacts&&c`<${E} icon="leave" text=${n("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${u.blocks?c`<${E} icon="check" text=${n("unblock")} act=${()=>$(()=>r.delete(`/blocks/${e}`))} />`:c`<${E} icon="block" text=${n("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${E} icon="flag" text=${n("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${o==="report"&&c`<${It} model=${t} what=${{user:e}} close=${g} />`}
    ${o==="ask"&&c`<${Pe} title=${n("addContact")} label=${n("greeting")} action=${n("sendRequest")} limit="255" close=${g}
        then=${d=>$(()=>r.put(`/contact-requests/sent/${e}`,d?{greeting:d}:{}),n("requestSent"))} />`}
    ${o==="remark"&&c`<${Pe} title=${n("setRemark")} label=${n("remark")} action=${n("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${d=>$(()=>r.patch(`/contacts/${e}`,{remark:d}))} />`}
    ${o==="remove"&&c`<${Z} title=${n("removeContact")} text=${n("removeContactQuestion",{name:l})} action=${n("removeContact")}
        close=${g} then=${()=>$(()=>r.delete(`/contacts/${e}`))} />`}
    ${o==="block"&&c`<${Z} title=${n("block")} text=${n("blockQuestion",{name:l})} action=${n("block")}
        close=${g} then=${()=>$(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function Pe({title:t,label:e,action:o,limit:s,first:r="",close:i,then:a,...l}){let[m,f]=h(r);return c`<${O} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),a(m.trim())}}>
      <${y} label=${e} value=${m} change=${f} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${n("cancel")}</button>
        <button class="primary">${o}</button>
      </div>
    </form>
  <//>`}var yo=10;function ko({model:t,conversation:e,files:o,close:s}){let[r,i]=h(()=>o.map((k,R)=>({key:R,file:k,text:""}))),[a,l]=h(!0),[m,f]=h(""),u=r.length>1&&r.length<=yo,p=u&&a,$=r.filter(({file:k})=>!t.media.problemWith(k)),g=(k,R)=>i(r.with(k,{...r[k],text:R})),d=k=>r.length>1?i(r.toSpliced(k,1)):s(),v=k=>i(r.with(k-1,r[k]).with(k,r[k-1])),F=k=>{if(k.preventDefault(),!$.length)return;let R=e.draft.replyTo?.id;if(R&&e.draft.cancel(),p)t.media.send(e,$.map(({file:x})=>x),{text:m,replyTo:R});else for(let{file:x,text:z}of $)t.media.send(e,x,{text:z,replyTo:R}),R=void 0;s()},L=r.length===1,N=n(Nt(r[0].file)==="picture"?"sendPicture":"sendFile");return c`<${O} title=${L?N:n("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${F}>
      ${r.map(({key:k,file:R,text:x},z)=>c`<${xo} key=${k} model=${t} file=${R} text=${x} change=${p?null:_=>g(z,_)}>
            ${z>0&&c`<${G} icon="up" label=${n("earlier",{name:R.name})} onClick=${()=>v(z)} />`}
            ${!L&&c`<${G} icon="close" label=${n("removeFile",{name:R.name})} onClick=${()=>d(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${u&&c`<label class="check"><input type="checkbox" checked=${a} onChange=${()=>l(!a)} />${n("asOneMessage")}</label>`}
        ${p&&c`<${y} label=${n("caption")} value=${m} change=${f} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${n("cancel")}</button>
          ${$.length>0&&c`<button class="primary">${n("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function xo({model:t,file:e,text:o,change:s,children:r}){let[i,a]=h(""),[l,m]=h(e.type.startsWith("video/")),f=Nt(e),u=t.media.problemWith(e);return P(()=>{let p=URL.createObjectURL(e);return a(p),()=>URL.revokeObjectURL(p)},[e]),c`<div class="preview-item">
    ${f==="picture"&&i&&c`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&c`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>m(!1)}></video>`}
    ${f==="audio"&&i&&c`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${S} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Vt(e.size)}</span>${r}
    </p>
    ${u?c`<p class="problem" role="alert">${u}</p>`:s&&c`<${y} label=${n("caption")} value=${o} change=${s} maxlength="2000" />`}
  </div>`}function Po({model:t}){return t.me?c`<div class="page">
    <${w} title=${n("profile")} back=${b("settings")} />
    <div class="page-body"><${Oo} model=${t} /></div>
  </div>`:null}function Oo({model:t}){let[e,o]=h(t.me),[s,r]=h(t.me);P(()=>{let u=p=>$=>[$,p[$]===s[$]?t.me[$]:p[$]];o(p=>Object.fromEntries(Object.keys(t.me).map(u(p)))),r(t.me)},[t.me]);let i=u=>p=>o({...e,[u]:p}),[a,l]=h({}),m=u=>{u.preventDefault();let $=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await Co(t,$);t.people.know(t.me),o({...t.me,...Object.fromEntries(Object.keys(g).map(d=>[d,e[d]]))}),l(g),Object.keys(g).length||t.toast(n("saved"))})},f=u=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:u}),t.people.know(t.me),o(p=>({...p,avatar:t.me.avatar}))},n("saved"));return c`<form class="form" onSubmit=${m}>
    <${wt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${f} />
    <${y} label=${n("displayName")} hint=${n("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${a.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${n("bio")} value=${e.bio} change=${i("bio")} problem=${a.bio} rows="3" maxlength="1024" />
    <${y} label=${n("gender")} value=${e.gender} change=${i("gender")} problem=${a.gender} maxlength="16" autocomplete="off" />
    <${y} label=${n("loginName")} hint=${n("loginNameHint")} value=${e.name} change=${i("name")} problem=${a.name} required maxlength="64" autocomplete="username" />
    <h2>${n("onlyYouSee")}</h2>
    <${y} label=${n("phone")} value=${e.phone} change=${i("phone")} problem=${a.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${n("email")} value=${e.email} change=${i("email")} problem=${a.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${n("save")}</button></div>
  </form>`}async function Co(t,e){let o={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;o[r]=q(s),delete e[r]}return o}var Pt=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,o,s){this.model=e,this.path=`/groups/${o}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",o;try{o=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of o.items)this.#t(s);this.counts={read:o.read,received:o.received,none:o.none},this.next=o.next??""};#t({state:e,...o}){this.model.people.know({deleted:!1,...o});for(let s of Object.values(this.people))if(s.includes(o.id))return;this.people[e].push(o.id)}};var So={read:"read",received:"delivered",none:"notDelivered"};function Mo({model:t,conversation:e,message:o,close:s}){let[r]=h(e.others.size===0),[,i]=h(0),[a]=h(()=>new Pt(t,e.place.group??0,o.id)),l=()=>a.more().finally(()=>i($=>$+1)),m=e.readersOf(o),f=r?a.people:{read:m.read,received:m.received,none:m.neither},u=$=>c`<${A} key=${$} model=${t} person=${t.people.get($)??{id:$}} />`,p=([$,g])=>{let d=(r?a.counts?.[$]:f[$].length)??0;return d>0&&c`<h3 class="list-head" key=${`${$} head`}>${n(g)} · ${d}</h3>
        <${D} key=${$} items=${f[$]} row=${u} />`};return c`<${O} title=${n("readers")} close=${s}>
    ${Object.entries(So).map(p)} ${r&&!a.complete&&c`<${Q} load=${l} />`}
    ${a.refused&&c`<p role="alert">${q(a.refused)}</p>`}
    ${(r?a.nobody:!Object.values(f).flat().length)&&c`<p>${n("nobodyToRead")}</p>`}
  <//>`}var Ao=50;function Eo({model:t}){let[e,o]=h(null),[s,r]=h(""),i=async(m="")=>{let f=await t.api.get(`/saved?limit=${Ao}${m&&`&cursor=${encodeURIComponent(m)}`}`);o(m?u=>[...u??[],...f.items]:f.items),r(f.next??"")},a=$t(t,i,[t.kept.version]),l=m=>t.kept.save(m,!1,n("unsaved"));return c`<div class="page">
    <${w} title=${n("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&c`<${rt} model=${t} away=${a} />`}
      ${e&&!e.length&&!s&&c`<${C} icon="save" text=${n("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(m=>c`<${Fo} key=${m.message.id} model=${t} saved=${m} remove=${l} />`)}
      </ul>
      ${s&&c`<${Q} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function Fo({model:t,saved:{message:e,conversation:o},remove:s}){let r=t.conversation(o),i=t.titleOf(r);return c`<li class="row">
    <a class="row-main" href=${b("chats",o,e.id)}>
      <${B}
        model=${t}
        id=${r.id}
        name=${i}
        picture=${t.pictureOf(r)}
        kind=${r.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${i}</span>
          <time class="row-time">${nt(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${G} icon="close" label=${n("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var No=200;function Oe({model:t,within:e,search:o,change:s}){let r=pt(),{sender:i,media:a,since:l,until:m}=o,f={"":n("anyKind"),picture:n("pictures"),audio:n("voiceMessages"),file:n("files")},u=Yt(t.now());return c`<details class="filters" open=${!!(i||a||l||m)}>
    <summary>${n("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${n("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${Se(t,e).slice(0,No).map(({id:p,name:$})=>c`<option key=${p} value=${$}></option>`)}</datalist>
      <${y} label=${n("sinceDay")} type="date" value=${l} max=${u} change=${p=>s({since:p})} />
      <${y} label=${n("untilDay")} type="date" value=${m} max=${u} change=${p=>s({until:p})} />
      <${H} label=${n("kind")} options=${f} value=${a} change=${p=>s({media:p})} />
    </div>
  </details>`}var Bt=({words:t,sender:e,media:o})=>!!(t.trim()||e.trim()||o);async function Ce(t,e,{words:o,sender:s,media:r,since:i,until:a}){let l={};if(o.trim()&&(l.q=o.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,St(i)))),a&&(l.before=String(Math.max(0,St(a,1)))),!s.trim())return l;let m=await Ro(t,e,s.trim());return m&&{...l,sender:String(m)}}async function Ro(t,e,o){let s=I(o),r=i=>{let a=i.flatMap(({id:l,name:m})=>[m,...t.people.namesOf({id:l})].map(f=>({id:l,name:I(f)})));return(a.find(({name:l})=>l===s)??a.find(({name:l})=>l.startsWith(s)))?.id};return r(Se(t,e))??r((await j(t,o,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function Se(t,e){let{user:o,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=o!==void 0?[o]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,a=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:n("you")},...a.map(l=>({id:l,name:t.people.name(l)}))]}var Tt={words:"",sender:"",media:"",since:"",until:""};function Io({model:t,within:e,given:o}){let s=t.searches.get(e),[r,i]=h(o&&o!==s?.search.words.trim()?{...Tt,words:o}:s?.search??Tt),[a,l]=h(s?.search===r?s:{search:r,items:null,next:"",query:""}),[m,f]=h(""),[u,p]=h(!1),$=K(),g=K(),d=e?t.conversation(e).place:{},{items:v,next:F}=a,L=async(x,z,_="")=>{p(!0),await t.attempt(async()=>{let et=await t.api.get(`/search?${z}${_&&`&cursor=${encodeURIComponent(_)}`}`),at=_?[...v,...et.items]:et.items,ot={search:x,query:z,items:at,next:et.next??"",scroll:$.current?.scrollTop??0};t.searches.set(e,ot),l(ot)}),p(!1)},N=async(x=r)=>{if(f(""),!Bt(x))return f(n("searchNeeds"));let z=x.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let _=new URLSearchParams({limit:"30"});e==="announcements"&&_.set("announcements","true");for(let[at,ot]of Object.entries(d))_.set(at,String(ot));let et=await Ce(t,e,x).catch(()=>null);if(!et)return f(n("nobodyFound"));for(let[at,ot]of Object.entries(et))_.set(at,ot);return L(x,_.toString())};P(()=>{t.ready&&!v&&Bt(r)&&N(),t.ready&&d.group!==void 0&&t.members.load(d.group).catch(()=>{})},[t.ready]),P(()=>{if(!o||o===r.words.trim())return;let x={...Tt,words:o};i(x),N(x)},[o]),qt(()=>{$.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let k=x=>{x.preventDefault(),N()};return c`<div class="page" ref=${$} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=$.current.scrollTop)}}>
    <${w} title=${e?n("searchIn",{name:t.titleOf(t.conversation(e))}):n("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${k}>
        <div class="filter">
          <${S} name="search" />
          <input
            ref=${g}
            type="search"
            value=${r.words}
            maxlength="256"
            aria-label=${n("searchMessages")}
            placeholder=${n("searchMessages")}
            onInput=${x=>i({...r,words:x.currentTarget.value})}
          />
          <button class="primary">${n("search")}</button>
        </div>
        <${Oe} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${m&&c`<p class="problem" role="alert">${m}</p>`}
      ${v&&!v.length&&!F&&!u&&c`<${C} icon="search" text=${n("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(x=>c`<${gt} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${u&&c`<div class="spinner small" role="status"><span class="hidden">${n("loading")}</span></div>`}
      ${F&&!u&&c`<div class="actions center"><button type="button" onClick=${()=>L(a.search,a.query,F)}>${n("more")}</button></div>`}
    </div>
  </div>`}var Bo=[["profile","person"],["account","lock"],["security","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function To({model:t,selected:e}){let o=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return c`
    <${w} title=${n("settings")} />
    ${t.me&&c`<div class="portrait small">
        <${B} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${Bo.map(([s,r])=>c`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${S} name=${r} />${n(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&c`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${S} name="keyboard" />${n("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${S} name="megaphone" />${n("announcements")}</a>
      </li>
      ${Qt(t.me,"moderator")&&c`<li class="row">
          <a class="row-main setting" href=${b("admin")}><${S} name="lock" />${n("administration")}</a>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${`${st}/docs/web-client${X()==="zh"?".zh":""}`} target="_blank" rel="noreferrer"><${S} name="info" />${n("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${o}><${S} name="leave" />${n("logOut")}</button>
      </li>
    </ul>
  `}var tt=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(tt||{}),zo=[0,1],Ae=[1,0],Ee=[2,3],Fe=[3,2],Do={L:zo,M:Ae,Q:Ee,H:Fe},jo=/^\d*$/,Lo=/^[A-Z0-9 $%*+./:-]*$/,zt="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Ht=1,_t=40,Me=3,Ho=3,Ot=40,_o=10,Ne=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],Re=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Dt=class{constructor(e,o,s,r){if(this.version=e,this.ecc=o,e<Ht||e>_t)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let a=this.addEccAndInterleave(s);if(this.drawCodewords(a),r===-1){let l=1e9;for(let m=0;m<8;m++){this.applyMask(m),this.drawFormatBits(m);let f=this.getPenaltyScore();f<l&&(r=m,l=f),this.applyMask(m)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,o){return e>=0&&e<this.size&&o>=0&&o<this.size&&this.modules[o][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,tt.Timing),this.setFunctionModule(s,6,s%2===0,tt.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),o=e.length;for(let s=0;s<o;s++)for(let r=0;r<o;r++)s===0&&r===0||s===0&&r===o-1||s===o-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let o=this.ecc[1]<<3|e,s=o;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(o<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,Y(r,i));this.setFunctionModule(8,7,Y(r,6)),this.setFunctionModule(8,8,Y(r,7)),this.setFunctionModule(7,8,Y(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,Y(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,Y(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,Y(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let o=this.version<<12|e;for(let s=0;s<18;s++){let r=Y(o,s),i=this.size-11+s%3,a=Math.floor(s/3);this.setFunctionModule(i,a,r),this.setFunctionModule(a,i,r)}}drawFinderPattern(e,o){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),a=e+r,l=o+s;a>=0&&a<this.size&&l>=0&&l<this.size&&this.setFunctionModule(a,l,i!==2&&i!==4,tt.Position)}}drawAlignmentPattern(e,o){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,o+s,Math.max(Math.abs(r),Math.abs(s))!==1,tt.Alignment)}setFunctionModule(e,o,s,r=tt.Function){this.modules[o][e]=s,this.types[o][e]=r}addEccAndInterleave(e){let o=this.version,s=this.ecc;if(e.length!==Ct(o,s))throw new RangeError("Invalid argument");let r=Re[s[0]][o],i=Ne[s[0]][o],a=Math.floor(jt(o)/8),l=r-a%r,m=Math.floor(a/r),f=[],u=Jo(i);for(let $=0,g=0;$<r;$++){let d=e.slice(g,g+m-i+($<l?0:1));g+=d.length;let v=Zo(d,u);$<l&&d.push(0),f.push(d.concat(v))}let p=[];for(let $=0;$<f[0].length;$++)f.forEach((g,d)=>{($!==m-i||d>=l)&&p.push(g[$])});return p}drawCodewords(e){if(e.length!==Math.floor(jt(this.version)/8))throw new RangeError("Invalid argument");let o=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let a=s-i,m=(s+1&2)===0?this.size-1-r:r;!this.types[m][a]&&o<e.length*8&&(this.modules[m][a]=Y(e[o>>>3],7-(o&7)),o++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let o=0;o<this.size;o++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+o)%2===0;break;case 1:r=o%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+o)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(o/2))%2===0;break;case 5:r=s*o%2+s*o%3===0;break;case 6:r=(s*o%2+s*o%3)%2===0;break;case 7:r=((s+o)%2+s*o%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[o][s]&&r&&(this.modules[o][s]=!this.modules[o][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let a=!1,l=0,m=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[i][f]===a?(l++,l===5?e+=Me:l>5&&e++):(this.finderPenaltyAddHistory(l,m),a||(e+=this.finderPenaltyCountPatterns(m)*Ot),a=this.modules[i][f],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,m)*Ot}for(let i=0;i<this.size;i++){let a=!1,l=0,m=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[f][i]===a?(l++,l===5?e+=Me:l>5&&e++):(this.finderPenaltyAddHistory(l,m),a||(e+=this.finderPenaltyCountPatterns(m)*Ot),a=this.modules[f][i],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,m)*Ot}for(let i=0;i<this.size-1;i++)for(let a=0;a<this.size-1;a++){let l=this.modules[i][a];l===this.modules[i][a+1]&&l===this.modules[i+1][a]&&l===this.modules[i+1][a+1]&&(e+=Ho)}let o=0;for(let i of this.modules)o=i.reduce((a,l)=>a+(l?1:0),o);let s=this.size*this.size,r=Math.ceil(Math.abs(o*20-s*10)/s)-1;return e+=r*_o,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,o=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=o)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let o=e[1],s=o>0&&e[2]===o&&e[3]===o*3&&e[4]===o&&e[5]===o;return(s&&e[0]>=o*4&&e[6]>=o?1:0)+(s&&e[6]>=o*4&&e[0]>=o?1:0)}finderPenaltyTerminateAndCount(e,o,s){return e&&(this.finderPenaltyAddHistory(o,s),o=0),o+=this.size,this.finderPenaltyAddHistory(o,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,o){o[0]===0&&(e+=this.size),o.pop(),o.unshift(e)}};function V(t,e,o){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)o.push(t>>>s&1)}function Y(t,e){return(t>>>e&1)!==0}var lt=class{constructor(e,o,s){if(this.mode=e,this.numChars=o,this.bitData=s,o<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},Go=[1,10,12,14],qo=[2,9,11,13],Uo=[4,8,16,16];function Ie(t,e){return t[Math.floor((e+7)/17)+1]}function Be(t){let e=[];for(let o of t)V(o,8,e);return new lt(Uo,t.length,e)}function Wo(t){if(!Te(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let o=0;o<t.length;){let s=Math.min(t.length-o,3);V(Number.parseInt(t.substring(o,o+s),10),s*3+1,e),o+=s}return new lt(Go,t.length,e)}function Ko(t){if(!ze(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],o;for(o=0;o+2<=t.length;o+=2){let s=zt.indexOf(t.charAt(o))*45;s+=zt.indexOf(t.charAt(o+1)),V(s,11,e)}return o<t.length&&V(zt.indexOf(t.charAt(o)),6,e),new lt(qo,t.length,e)}function Yo(t){return t===""?[]:Te(t)?[Wo(t)]:ze(t)?[Ko(t)]:[Be(Xo(t))]}function Te(t){return jo.test(t)}function ze(t){return Lo.test(t)}function Vo(t,e){let o=0;for(let s of t){let r=Ie(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;o+=4+r+s.bitData.length}return o}function Xo(t){t=encodeURI(t);let e=[];for(let o=0;o<t.length;o++)t.charAt(o)!=="%"?e.push(t.charCodeAt(o)):(e.push(Number.parseInt(t.substring(o+1,o+3),16)),o+=2);return e}function jt(t){if(t<Ht||t>_t)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let o=Math.floor(t/7)+2;e-=(25*o-10)*o-55,t>=7&&(e-=36)}return e}function Ct(t,e){return Math.floor(jt(t)/8)-Ne[e[0]][t]*Re[e[0]][t]}function Jo(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let o=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Lt(e[r],o),r+1<e.length&&(e[r]^=e[r+1]);o=Lt(o,2)}return e}function Zo(t,e){let o=e.map(s=>0);for(let s of t){let r=s^o.shift();o.push(0),e.forEach((i,a)=>o[a]^=Lt(i,r))}return o}function Lt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let o=0;for(let s=7;s>=0;s--)o=o<<1^(o>>>7)*285,o^=(e>>>s&1)*t;return o}function Qo(t,e,o=1,s=40,r=-1,i=!0){if(!(Ht<=o&&o<=s&&s<=_t)||r<-1||r>7)throw new RangeError("Invalid value");let a,l;for(a=o;;a++){let p=Ct(a,e)*8,$=Vo(t,a);if($<=p){l=$;break}if(a>=s)throw new RangeError("Data too long")}for(let p of[Ae,Ee,Fe])i&&l<=Ct(a,p)*8&&(e=p);let m=[];for(let p of t){V(p.mode[0],4,m),V(p.numChars,Ie(p.mode,a),m);for(let $ of p.getData())m.push($)}let f=Ct(a,e)*8;V(0,Math.min(4,f-m.length),m),V(0,(8-m.length%8)%8,m);for(let p=236;m.length<f;p^=253)V(p,8,m);let u=Array.from({length:Math.ceil(m.length/8)},()=>0);return m.forEach((p,$)=>u[$>>>3]|=p<<7-($&7)),new Dt(a,e,u,r)}function De(t,e){let{ecc:o="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:a=-1,border:l=1}=e||{},m=typeof t=="string"?Yo(t):Array.isArray(t)?[Be(t)]:void 0;if(!m)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let f=Qo(m,Do[o],r,i,a,s),u=tn({version:f.version,maskPattern:f.mask,size:f.size,data:f.modules,types:f.types},l);return e?.invert&&(u.data=u.data.map(p=>p.map($=>!$))),e?.onEncoded?.(u),u}function tn(t,e=1){if(!e)return t;let{size:o}=t,s=o+e*2;t.size=s,t.data.forEach(i=>{for(let a=0;a<e;a++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},a=>!1)),t.data.push(Array.from({length:s},a=>!1));let r=tt.Border;t.types.forEach(i=>{for(let a=0;a<e;a++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},a=>r)),t.types.push(Array.from({length:s},a=>r));return t}function en({model:t,close:e}){let o=`${location.origin}${st}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(o),n("copied")),r=()=>navigator.share({title:"HiChat",url:o}).catch(()=>{});return c`<${O} title=${n("invitePeople")} close=${e}>
    <p class="dim">${n("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${o} aria-label=${n("address")} onFocus=${i=>i.currentTarget.select()} />
      <${G} icon="copy" label=${n("copy")} onClick=${s} />
    </div>
    <${on} text=${o} />
    ${"share"in navigator&&c`<div class="actions"><button type="button" class="primary" onClick=${r}>${n("share")}</button></div>`}
  <//>`}function on({text:t}){let{size:e,path:o}=Wt(()=>{let s=De(t,{border:2}),r=s.data.flatMap((i,a)=>i.flatMap((l,m)=>l?[`M${m} ${a}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return c`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${n("qrCode",{text:t})}><path d=${o} /></svg>`}var Gt=12;function nn({model:t,close:e}){let[o,s]=h(""),[r,i]=h(0),a=K(),l=pt(),m=T(t,o,d=>d?j(t,d,Gt):[]),f=I(o.trim());P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let u=sn(t,o.trim(),m??[]),p=Math.min(r,u.length-1);P(()=>a.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let $=({name:d})=>{e(),M("chats",d)},g=d=>{if(d.isComposing||d.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(d.key in v&&u.length)i((p+v[d.key]+u.length)%u.length);else if(d.key==="Enter"&&u.length)$(u[p]);else return;d.preventDefault()};return c`<${O} title=${n("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${n("goToHint")}
      aria-label=${n("goTo")}
      aria-autocomplete="list"
      aria-expanded=${u.length>0}
      aria-controls=${l}
      aria-activedescendant=${u.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${d=>{s(d.currentTarget.value),i(0)}}
    />
    ${u.length>0&&c`<ul class="rows options" role="listbox" id=${l} ref=${a} aria-label=${n("goTo")}>
        ${u.map((d,v)=>c`<li
              key=${d.name}
              id=${`${l}-${v}`}
              class=${v===p?"row selected":"row"}
              role="option"
              aria-selected=${v===p}
              onMouseDown=${F=>F.preventDefault()}
              onClick=${()=>$(d)}
            >
              <span class="row-main">
                <${B} model=${t} id=${d.id} name=${d.title} picture=${d.picture} kind=${d.kind} size="small" />
                <span class="row-title">${d.title}</span>
                ${d.why&&c`<span class="row-note">${d.why}</span>`}
                <${re} unread=${d.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${m&&f&&!u.length?n("nothingFound"):""}</p>
  <//>`}function sn(t,e,o){let s=u=>Math.max(u.last?.time??0,u.touched??0),r=t.all.filter(u=>u!==t.watching||e).sort((u,p)=>s(p)-s(u)).map(u=>({id:u.id,name:u.name,title:t.titleOf(u),picture:t.pictureOf(u),kind:u.kind,unread:u.unread,names:u.place.user!==void 0?t.people.namesOf({id:u.place.user}):void 0}));if(!e)return r.slice(0,Gt);let i=({id:u,avatar:p})=>({id:u,name:`user-${u}`,title:t.people.name(u),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:u})}),a=t.lists.get("contacts").map(({user:u})=>i(u)),l=u=>rn(u.map(p=>({...p,place:p.name,name:p.title})),e),m=[...l(r),...l(a),...o.map(u=>({...i(u),place:`user-${u.id}`}))],f=new Map;for(let u of m)f.has(u.place)||f.set(u.place,{...u,name:u.place});return[...f.values()].slice(0,Gt)}function rn(t,e){let o=I(e),s=Et(t.map(a=>({...a,names:[a.title]})),e),r=new Set(s.map(({place:a})=>a)),i=Et(t,e).filter(({place:a})=>!r.has(a));return[...s,...i.map(a=>({...a,why:a.names?.find(l=>I(l).includes(o))}))]}export{je as Account,He as Appearance,_e as Archive,Ge as Blocked,qe as Contacts,We as FindGroups,Ke as FindPeople,Ye as Forward,so as Group,io as Groups,ao as Join,lo as Keys,po as Linked,mo as Mentions,uo as NewChat,fo as NewDevices,go as NewGroup,ho as NewPassword,bo as Notices,wo as Person,ko as Preview,Po as Profile,Mo as Readers,It as Report,Eo as Saved,Io as Search,To as Settings,en as Share,nn as Switcher};
