import{$ as oe,A as lt,Aa as he,Ba as ge,C as I,Ca as be,D as J,Da as ve,E as Qt,Ea as Bt,F as te,H as ee,I as B,J as O,K as D,L as A,M as v,N,O as pt,P as w,Q as C,R as Z,S as it,T as dt,U as Q,X as R,_ as at,a as d,aa as ne,b as P,ba as Nt,c as Kt,ca as se,d as Yt,da as re,e as Vt,ea as ie,f as c,fa as ae,g as Y,ga as ce,h as ut,ha as le,i as S,ia as pe,j as W,ja as _,k as Xt,ka as T,l as H,la as z,ma as G,n as o,na as ht,o as nt,oa as me,p as Jt,pa as Rt,q as At,qa as It,r as Zt,ra as gt,s as k,sa as bt,t as Et,ta as K,u as $t,ua as vt,v as ft,va as wt,w as Ft,wa as ue,x as q,xa as $e,y as st,ya as fe,z as rt,za as de}from"./client.js";function qe({model:t}){let[e,n]=d(""),[s,r]=d(""),[i,a]=d(""),[l,u]=d(""),[f,m]=d(!1),p=async $=>{$.preventDefault(),a(""),u("");let g=h=>J(a,ft)(h)||J(u,Ft)(h);await t.attempt(()=>t.link.ask("changePassword",e,s,H()),o("passwordChanged"),g)&&(n(""),r(""))};return c`<div class="page">
    <${w} title=${o("account")} back=${v("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${p}>
        <h2>${o("changePassword")}</h2>
        <p class="dim">${o("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${Et} label=${o("oldPassword")} problem=${l} value=${e} change=${n} required autocomplete="current-password" />
        <${$t} label=${o("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${o("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${o("yourData")}</h2>
        <p class="dim">${o("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>ne(t,"/me/export",o("dataComes"))}>${o("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${o("deleteAccount")}</h2>
        <p class="dim">${o("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>m(!0)}>${o("deleteAccount")}</button></div>
      </div>
    </div>
    ${f&&c`<${Ue} model=${t} close=${()=>m(!1)} />`}
  </div>`}function Ue({model:t,close:e}){let[n,s]=d(""),[r,i]=d(""),a=async l=>{l.preventDefault(),i("");let u=()=>t.api.post("/me/deletion",{password:n});await t.attempt(u,"",J(i,Ft))&&(e(),location.hash="",await t.link.ask("forget"))};return c`<${C} title=${o("deleteAccount")} close=${e}>
    <form onSubmit=${a}>
      <p>${o("deleteAccountQuestion")}</p>
      <${Et} label=${o("password")} problem=${r} value=${n} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${o("cancel")}</button>
        <button class="danger">${o("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function We({model:t}){let e=s=>{ae(s),t.changed()},n=s=>t.speak(s);return c`<div class="page">
    <${w} title=${o("appearance")} back=${v("settings")} />
    <div class="page-body form">
      <${q} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${ie()} change=${e} />
      <${q} label=${o("language")} options=${Xt} value=${H()} change=${n} />
    </div>
  </div>`}function Ke({model:t,selected:e}){let[n,s]=d(!1),{archived:r}=t,i=dt(t,async()=>{n||await t.overview.archive(),s(!0)});return c`
    <${w} title=${o("archive")} back=${v("chats")} />
    <${_}
      items=${r}
      row=${a=>c`<${le} key=${a.name} model=${t} conversation=${a} selected=${a.name===e} />`}
    />
    ${n&&!r.length&&c`<${O} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&c`<${it} model=${t} away=${i} />`}
  `}function Ye({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return c`<div class="page">
    <${w} title=${o("blocked")} back=${v("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${O} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>c`<${N} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Ve({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=at(t.me),i=new Intl.Collator,a=[...t.lists.get("contacts")].sort((l,u)=>i.compare(t.people.name(l.user.id),t.people.name(u.user.id)));return c`
    <${w} title=${o("contacts")}>
      ${!r&&c`<a class="icon-button" href=${v("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${S} name="plus" /></a>`}
    <//>
    ${n.length>0&&c`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:l,greeting:u})=>c`<${Xe} key=${l.id} model=${t} user=${l} greeting=${u} />`)}
    </ul>
    ${s.length>0&&c`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>c`<${N} key=${l.id} model=${t} person=${l} note=${o("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&c`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!a.length&&c`<${O} icon="contacts" text=${o(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&c`<a class="button" href=${v("contacts","find")}>${o("findPeople")}</a>`}
    <//>`}
    <${_}
      items=${a}
      row=${({user:l})=>c`<${N} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function Xe({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=(u,f)=>t.attempt(async()=>{await u(),r.again("received","contacts")},f),a=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return c`<${N} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${a}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function Je({model:t}){let[e,n]=d(""),s=z(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return c`<div class="page">
    <${w} title=${o("findGroups")} back=${v("groups")} />
    <div class="page-body">
      <${k} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${O} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${pt} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function Ze({model:t}){let[e,n]=d(""),s=z(t,e,r=>G(t,r,50));return c`<div class="page">
    <${w} title=${o("findPeople")} back=${v("contacts")} />
    <div class="page-body">
      <${k} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${O} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${N} key=${r.id} model=${t} person=${r} note=${ht(r)}>
              <button type="button" class="small" onClick=${()=>A("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var Tt=20;function Qe({model:t,message:e,close:n}){let[s,r]=d(""),[i,a]=d(""),[l,u]=d([]),f=T(s.trim()),m=z(t,s,b=>b?G(t,b,Tt):[]),p=f?to(t,me(t,we(t,t.all),f),m??[]):we(t,t.listed);P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let $=b=>{l.includes(b)?u(l.filter(E=>E!==b)):l.length<Tt?u([...l,b]):t.toast(o("tooManyChats",{most:Tt}),"problem")},g=b=>{if(b.preventDefault(),!!l.length){for(let E of l)t.forward(t.conversation(E),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},h=b=>c`<${eo} key=${b.name} model=${t} conversation=${b} chosen=${l.includes(b.name)} toggle=${()=>$(b.name)} />`;return c`<${C} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${k} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(m||!f)&&c`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${_} items=${p} row=${h} /></div>
      <${k} label=${o("comment")} value=${i} change=${a} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function to(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(It({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>gt(t,i))]}function we(t,e){let n=e.filter(i=>gt(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(It({user:i.id}))).filter(i=>!s.has(i.name)&&gt(t,i));return[...n,...r]}function eo({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return c`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${n} onChange=${s} />
      <${D}
        model=${t}
        id=${e.id}
        name=${r}
        picture=${t.pictureOf(e)}
        kind=${e.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${r}</span></span>
    </label>
  </li>`}var yt=256;function kt({model:t,id:e,name:n,kind:s="person",value:r,change:i}){let a=Y(),[l,u]=d(!1);return c`<div class="picture-field">
    <${D} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${a} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&(u(!0),await t.attempt(async()=>i(await t.media.storeOpen(await oo(p)))),u(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>a.current.click()}>${o("choosePicture")}</button>
      ${r&&c`<button type="button" onClick=${()=>i("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function oo(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:yt,height:yt}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,yt,yt);let a=await new Promise(l=>s.toBlob(l,"image/png"));return new File([a],"picture.png",{type:"image/png"})}var xt=t=>["name_taken","name_reserved","invalid_field"].includes(t.code),no=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function Pt({model:t,id:e,given:n,change:s,action:r,problem:i,then:a}){let l=m=>p=>s({...n,[m]:p}),u=B(a);return c`<form class="form" onSubmit=${m=>{m.preventDefault(),u()}}>
    <${kt} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${l("picture")} />
    <${k} label=${o("groupName")} problem=${i} value=${n.name} change=${l("name")} required maxlength="64" autocomplete="off" />
    <${k} label=${o("description")} value=${n.description} change=${l("description")} rows="3" maxlength="1024" />
    <${q} label=${o("whoMayJoin")} options=${no()} value=${n.joinPolicy} change=${l("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ke({model:t,group:e,close:n}){let[s,r]=d(""),[i,a]=d(new Set),l=z(t,s,p=>p?G(t,p,20):ye(t)),u=new Set(t.members.get(e.id).map(p=>p.id)),f=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),a(new Set([...i,p.id]))},o("invitedDone",{name:t.people.name(p.id)})),m=(l??ye(t)).filter(p=>!u.has(p.id));return c`<${C} title=${o("invite")} close=${n}>
    <${k} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!m.length&&s.trim()&&c`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${m.map(p=>c`<${N} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>f(p)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function ye(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var so=168*36e5;function xe({model:t,group:e,close:n}){let[s,r]=d(null),i=`/groups/${e.id}/links`,a=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await a()});P(()=>{l(()=>{})},[]);let u=B(()=>l(()=>t.api.post(i,{expires:t.now()+so}))),f=p=>`${location.origin}${rt}/${v("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText(f(p)),o("copied"));return c`<${C} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>c`<li key=${p.id}>
            <input readonly value=${f(p)} aria-label=${o("inviteLink")} onFocus=${$=>$.currentTarget.select()} />
            <${W} icon="copy" label=${o("copy")} onClick=${()=>m(p)} />
            <${W} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:nt(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${u}>${o("newLink")}</button>
    </div>
  <//>`}function Pe({model:t,group:e}){let[n,s]=d({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Yt(0),a=async()=>{let g=++i.current,h=await Promise.all(["requests","invitations","bans"].map(b=>r.all(`/groups/${e.id}/${b}`)));for(let b of h.flat())t.people.know({deleted:!1,...b});g===i.current&&s({requests:h[0],invitations:h[1],bans:h[2]})};P(()=>{a().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await a()}),u=`/groups/${e.id}`,f={requests:g=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${u}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/bans/${g.id}`))}>${o("unban")}</button>
    `},m=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,h])=>({name:g,people:h.filter(({id:b})=>!m.has(b))})).map(({name:g,people:h})=>h.length>0&&c`<h2 class="list-head" key=${g}>${o(p[g])}</h2>
        <ul class="rows">
          ${h.map(b=>c`<${N} key=${b.id} model=${t} person=${b}>${f[g](b)}<//>`)}
        </ul>`)}var Ce={owner:0,admin:1,member:2},ro=36e5,io=10;function Oe({model:t,group:e}){let[n,s]=d(""),r=T(n.trim()),i=t.members.isComplete(e.id),a=z(t,n,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),u=r?l.filter(p=>t.people.namesOf(p).some($=>T($).includes(r))):l,f=(r&&a?t.members.found(e.id):[]).filter(({id:p})=>!l.some($=>$.id===p)),m=[...u,...f].sort((p,$)=>Ce[p.role]-Ce[$.role]);return c`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>io&&c`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${S} name="search" />
        <input
          type="search"
          value=${n}
          maxlength="64"
          autocomplete="off"
          placeholder=${o("findMembers")}
          aria-label=${o("findMembers")}
          onInput=${p=>s(p.currentTarget.value)}
        />
      </form>`}
    ${r&&!m.length&&(i||a)&&c`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${_}
      items=${m}
      row=${p=>c`<${ao} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&c`<${Q} load=${()=>t.members.more(e.id)} />`}
  `}function ao({model:t,group:e,member:n}){let[s,r]=d(null),[i,a]=d(""),l=Y(),u=e.you.role,f=t.lasts(n.muted),p=(u==="owner"||u==="admin"&&n.role==="member")&&n.id!==t.state.user,$=`/groups/${e.id}/members/${n.id}`,g=y=>t.attempt(async()=>{await y(),await t.groups.refresh(e.id)}),h=y=>g(()=>t.api.put(`${$}/role`,{role:y})),b=[u==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>h("admin")},u==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>h("member")},u==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>a("makeOwner")},f?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${$}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${$}/mute`,{until:t.now()+ro}))},!f&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${$}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>a("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>a("ban"),danger:!0}],E={makeOwner:()=>h("owner"),removeMember:()=>g(()=>t.api.delete($)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},j=[n.role!=="member"&&o(n.role),f&&o("muted")].filter(Boolean).join(" · "),F=t.people.name(n.id);return c`<${N} model=${t} person=${n} note=${j}>
    ${p&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:F})}
        onClick=${()=>r(l.current)}
      >
        <${S} name="more" />
      </button>`}
    ${s&&c`<${ce} anchor=${s} label=${F} close=${()=>r(null)} items=${b} />`}
    ${i&&c`<${Z} title=${o(i)} text=${o(`${i}Question`,{name:F})} action=${o(i)} close=${()=>a("")} then=${E[i]} />`}
  <//>`}var co={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function lo({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,a=t.groups.get(e),l=a?.you.role,u=B(y=>y());if(P(()=>{t.ready&&a&&!a.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!a)return c`<div class="page"><${w} title=${o("group")} back=${v("groups")} /></div>`;if(a.gone)return c`<div class="page">
      <${w} title=${a.name||o("group")} back=${v("groups")} />
      <p class="hint">${o(a.gone)}</p>
    </div>`;let f=(y,M="",x=void 0)=>t.attempt(async()=>{await y(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},M,x),m=()=>s(""),p=()=>A("chats",`group-${e}`),$=()=>f(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=y=>t.attempt(async()=>{await y(),i.again("groups"),A("groups")}),h=l==="owner"?"dissolve":"leave",b=l==="owner"||l==="admin",E=at(t.me),j=t.lasts(a.muted),F=a.archived===void 0;return c`<div class="page">
    <${w} title=${o("group")} back=${v("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${D} model=${t} id=${e} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        <p class="dim">${o(a.size===1?"oneMember":"members",{count:a.size})} · ${o(co[a.joinPolicy])}</p>
        ${!F&&c`<p class="dim" role="status">${o("groupArchived")}</p>`}
        ${a.description&&c`<p class="bio"><${bt} text=${a.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&c`<${R} icon="chats" text=${o("message")} kind="primary" act=${p} />`}
        ${l&&F&&!E&&c`<${R} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${b&&F&&!E&&c`<${R} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${b&&F&&c`<${R} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${b&&F&&c`<${R} icon=${j?"bell":"mute"} text=${o(j?"unmuteGroup":"muteGroup")}
            act=${()=>f(()=>j?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&F&&c`<div class="actions center">
          ${a.you.requested&&c`<button type="button" onClick=${()=>f(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!a.you.requested&&(a.joinPolicy!=="invite"||a.you.invitedBy)&&c`<button type="button" class="primary" onClick=${()=>u($)}>${o(a.joinPolicy==="approval"&&!a.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${b&&c`<${Pe} model=${t} group=${a} />`}
      ${l&&c`<${Oe} model=${t} group=${a} />`}
      ${l&&c`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(h)}><${S} name=${h==="leave"?"leave":"recall"} />${o(h)}</button>
        </div>`}
    </div>
    ${n==="edit"&&c`<${po} model=${t} group=${a} close=${m} act=${f} />`}
    ${n==="invite"&&c`<${ke} model=${t} group=${a} close=${m} />`}
    ${n==="links"&&c`<${xe} model=${t} group=${a} close=${m} />`}
    ${n==="leave"&&c`<${Z} title=${o("leave")} text=${o("leaveQuestion",{name:a.name})} action=${o("leave")} close=${m}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&c`<${Z} title=${o("dissolve")} text=${o("dissolveQuestion",{name:a.name})} action=${o("dissolve")} close=${m}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function po({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:a,joinPolicy:l}=e,[u,f]=d({name:r,description:i,picture:a,joinPolicy:l}),[m,p]=d(""),$=async()=>{p(""),await s(()=>t.api.patch(`/groups/${e.id}`,u),o("saved"),J(p,xt))&&n()};return c`<${C} title=${o("editGroup")} close=${n}>
    <${Pt} model=${t} id=${e.id} given=${u} change=${f} action=${o("save")} problem=${m} then=${$} />
  <//>`}function mo({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),a=s.get("asked"),l=at(t.me),u=$=>t.attempt(async()=>{await $(),s.again("groups","invitations","asked")}),f=$=>u(async()=>{await t.groups.change(()=>n.post(`/groups/${$.id}/join`)),A("chats",`group-${$.id}`)}),m=$=>u(()=>n.delete(`/groups/${$.id}/invitations/${t.state.user}`)),p=($,g)=>c`<${pt} key=${$.id} model=${t} group=${$} selected=${e===String($.id)} ...${g} />`;return c`
    <${w} title=${o("groups")}>
      ${!l&&c`<a class="icon-button" href=${v("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${S} name="search" /></a>`}
      ${!l&&c`<a class="icon-button" href=${v("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${S} name="plus" /></a>`}
    <//>
    ${i.length>0&&c`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map($=>c`<${pt} key=${$.id} model=${t} group=${$} note=${o("invitedBy",{name:t.people.name($.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>f($)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>m($)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${a.length>0&&c`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${a.map($=>p($,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||a.length>0)&&c`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&c`<${O} icon="groups" text=${o(l?"guestHint":"noGroups")}>
        ${!l&&c`<a class="button" href=${v("groups","find")}>${o("findGroups")}</a>`}
        ${!l&&c`<a class="button" href=${v("groups","new")}>${o("newGroup")}</a>`}
      <//>`}
    <${_} items=${r} row=${$=>p($,{})} />
  `}function uo({model:t,code:e}){let[n,s]=d(e),r=B(()=>t.attempt(async()=>{let a=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${a.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),A("chats",l.name)})),i=a=>{a.preventDefault(),r()};return c`<div class="page">
    <${w} title=${o("joinByLink")} back=${v("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${o("joinByLinkHint")}</p>
        <${k} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var $o=[["keySwitch",K,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",K,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",K,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",K,"B"],["format_italic",K,"I"],["format_strike",K,"Shift","X"],["format_code",K,"E"],["format_link",K,"Shift","U"],["keyEscape","Esc"],["keyHelp",K,"/"]];function fo({close:t}){return c`<${C} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${$o.map(([e,...n])=>c`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>c`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function ho({model:t,id:e}){let[n,s]=d(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(v("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):I(i))}};return P(()=>{t.ready&&r()},[t.ready]),c`<div class="page">
    <${w} title=${o("aMessage")} back=${v("chats")} />
    <div class="page-body">
      ${n?c`<div role="alert"><${O} icon="link" text=${n} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function go({model:t}){let{mentions:e}=t;return P(()=>{e.again(),t.changed()},[]),c`
    <${w} title=${o("mentions")} back=${v("chats")} />
    <ul class="rows">
      ${e.items.map(n=>c`<${vt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&c`<${O} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&c`<${it} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&c`<${Q} key=${e.next} load=${()=>e.more()} />`}
  `}function bo({model:t}){let[e,n]=d(""),s=z(t,e,f=>G(t,f,50)),r=T(e.trim()),i=t.lists.get("contacts").map(({user:f})=>f),a=i.filter(f=>t.people.namesOf(f).some(m=>T(m).includes(r))),l=(s??[]).filter(({id:f})=>!i.some(m=>m.id===f)),u=f=>c`<ul class="rows">
      ${f.map(m=>c`<${N} key=${m.id} model=${t} person=${m} note=${ht(m)} href=${v("chats",`user-${m.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${w} title=${o("newChat")} back=${v("chats")} />
    <div class="page-body">
      <${k} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${a.length>0&&c`<h2 class="list-head">${o("contacts")}</h2>${u(a)}`}
      ${a.length>0&&l.length>0&&c`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${u(l)}
      ${s&&!a.length&&!l.length&&c`<${O} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}var vo="hichat.devices",Se=({state:t})=>`${vo}.${t.user}.${t.made}`;function Ct(t,e){localStorage.setItem(Se(t),String(e))}async function Me(t){let e=t.me?.newestDevice;if(!e)return[];let n=localStorage.getItem(Se(t));if((n===null||Number(n)>e)&&Ct(t,e),n===null||Number(n)>=e)return[];let r=(await t.api.all("/me/sessions")).filter(({id:i,current:a,loggedIn:l})=>i>Number(n)&&!a&&l);return r.length||Ct(t,e),r}function wo({model:t}){let[e,n]=d([]),s=t.me?.newestDevice??0;P(()=>{let l=!1;return Me(t).then(u=>l||n(u)).catch(()=>{}),()=>l=!0},[s]);let[r]=e,i=()=>{Ct(t,r.id),n(e.slice(1))},a=async()=>{let l=()=>t.api.delete(`/me/sessions/${r.id}`).catch(u=>{if(u.code!=="no_such_device")throw u});await t.attempt(l,o("deviceRefused"))&&(i(),A("settings","account"))};return c`<div class=${r?"trouble":""} role="status">
    ${r&&c`<span>${o("newDevice",{name:r.name,time:nt(r.created),address:r.address||o("addressUnknown")})}</span>
        <button type="button" class="small" onClick=${i}>${o("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${a}>${o("itWasNotMe")}</button>`}
  </div>`}function yo({model:t,code:e}){let[n,s]=d(""),[r,i]=d(""),[a,l]=d(""),u=B(async f=>{f.preventDefault(),i(""),l("");try{await lt("POST","/v2/passwords",{body:{code:e,password:n},language:H()}),t.toast(o("passwordSet")),A("chats")}catch(m){(ft(m)?l:i)(I(m))}});return c`<main class="entry">
    <form class="card" onSubmit=${u}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${st}>${o("setPassword")}<//>
      <${$t} label=${o("password")} problem=${a} value=${n} change=${s} />
      ${r&&c`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${o("setPassword")}</button>
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}function ko({model:t}){let[e,n]=d({name:"",description:"",picture:"",joinPolicy:"open"}),[s,r]=d(""),i=()=>{r("");let a=async()=>{let l=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let u=t.conversation(`group-${l.id}`);Object.assign(u,{gone:!1,listed:!0,touched:t.now()}),A("chats",u.name)};return t.attempt(a,"",J(r,xt))};return c`<div class="page">
    <${w} title=${o("newGroup")} back=${v("groups")} />
    <div class="page-body">
      <${Pt} model=${t} given=${e} change=${n} action=${o("makeGroup")} problem=${s} then=${i} />
    </div>
  </div>`}function xo({model:t}){let[,e]=d(0),n=()=>e(a=>a+1),s=async a=>{await he(a==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=a=>l=>{a(l==="on"),n(),t.changed()},i=(a,l,u)=>c`<${q} label=${a} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${u} />`;return c`<div class="page">
    <${w} title=${o("notices")} back=${v("settings")} />
    <div class="page-body form">
      <p class="dim">${o(wt()?"noticesHint":"noticesImpossible")}</p>
      ${wt()&&i(o("notices"),ue(),s)}
      ${wt()&&i(o("noticesText"),fe(),r(be))}
      ${i(o("sounds"),$e(),r(ge))}
      ${i(o("badge"),de(),r(ve))}
    </div>
  </div>`}var Po="1000";function Dt({model:t,what:e,close:n}){let[s,r]=d(""),[i,a]=d(""),[l,u]=d(""),[f,m]=d(!1),p=async $=>{if($.preventDefault(),!s)return u(o("reportReasonNeeded"));m(!0),u("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(o("reported")),n()}catch(g){u(I(g)),m(!1)}};return c`<${C} title=${o(e.message?"reportMessage":"reportPerson")} close=${n}>
    <form onSubmit=${p}>
      <p class="dim">${o(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${q} label=${o("reportReason")} options=${Qt()} value=${s} change=${r} />
      <${k} label=${o("reportText")} value=${i} change=${a} rows="3" maxlength=${Po} />
      ${l&&c`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${f}>${o("report")}</button>
      </div>
    </form>
  <//>`}function Co({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,a=t.people.get(e);if(P(()=>{t.ready&&r.get(`/users/${e}`).then(h=>t.people.know(h)).then(t.changed,()=>{})},[e,t.ready]),!a)return c`<div class="page"><${w} title="" back=${v("contacts")} /></div>`;let l=t.people.name(e),u=e===t.state.user,m=Object.fromEntries(["contacts","received","sent","blocks"].map(h=>[h,i.has(h,e)])),p=i.get("received").find(({user:h})=>h.id===e)?.greeting,$=(h,b="")=>t.attempt(async()=>{await h(),i.again("contacts","received","sent","blocks")},b),g=()=>s("");return c`<div class="page">
    <${w} title=${o("profile")} back=${v("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${D} model=${t} id=${e} name=${l} picture=${a.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(a).filter(h=>h!==l).map(h=>c`<p key=${h} class="dim" dir="auto">${h}</p>`)}
        ${a.gender&&c`<p class="dim">${a.gender}</p>`}
        ${a.bio&&c`<p class="bio"><${bt} text=${a.bio} /></p>`}
        ${p&&c`<p class="greeting">${p}</p>`}
      </div>
      ${u?c`<div class="actions center"><a class="button" href=${v("settings","profile")}>${o("editProfile")}</a></div>`:!a.deleted&&c`<div class="tiles">
              <${R} icon="chats" text=${o("message")} kind="primary" act=${()=>A("chats",`user-${e}`)} />
              ${m.received&&c`<${R} icon="check" text=${o("accept")} act=${()=>$(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${m.received&&c`<${R} icon="close" text=${o("reject")} act=${()=>$(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${m.sent&&c`<${R} icon="close" text=${o("takeBack")} act=${()=>$(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!m.contacts&&!m.received&&!m.sent&&!m.blocks&&c`<${R} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${m.contacts&&c`<${R} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${m.contacts&&c`<${R} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${m.blocks?c`<${R} icon="check" text=${o("unblock")} act=${()=>$(()=>r.delete(`/blocks/${e}`))} />`:c`<${R} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${R} icon="flag" text=${o("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${n==="report"&&c`<${Dt} model=${t} what=${{user:e}} close=${g} />`}
    ${n==="ask"&&c`<${Ae} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${h=>$(()=>r.put(`/contact-requests/sent/${e}`,h?{greeting:h}:{}),o("requestSent"))} />`}
    ${n==="remark"&&c`<${Ae} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${h=>$(()=>r.patch(`/contacts/${e}`,{remark:h}))} />`}
    ${n==="remove"&&c`<${Z} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>$(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&c`<${Z} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>$(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function Ae({title:t,label:e,action:n,limit:s,first:r="",close:i,then:a,...l}){let[u,f]=d(r);return c`<${C} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),a(u.trim())}}>
      <${k} label=${e} value=${u} change=${f} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var Oo=10;function So({model:t,conversation:e,files:n,close:s}){let[r,i]=d(()=>n.map((y,M)=>({key:M,file:y,text:""}))),[a,l]=d(!0),[u,f]=d(""),m=r.length>1&&r.length<=Oo,p=m&&a,$=r.filter(({file:y})=>!t.media.problemWith(y)),g=(y,M)=>i(r.with(y,{...r[y],text:M})),h=y=>r.length>1?i(r.toSpliced(y,1)):s(),b=y=>i(r.with(y-1,r[y]).with(y,r[y-1])),E=y=>{if(y.preventDefault(),!$.length)return;let M=e.draft.replyTo?.id;if(M&&e.draft.cancel(),p)t.media.send(e,$.map(({file:x})=>x),{text:u,replyTo:M});else for(let{file:x,text:L}of $)t.media.send(e,x,{text:L,replyTo:M}),M=void 0;s()},j=r.length===1,F=o(Bt(r[0].file)==="picture"?"sendPicture":"sendFile");return c`<${C} title=${j?F:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${E}>
      ${r.map(({key:y,file:M,text:x},L)=>c`<${Mo} key=${y} model=${t} file=${M} text=${x} change=${p?null:U=>g(L,U)}>
            ${L>0&&c`<${W} icon="up" label=${o("earlier",{name:M.name})} onClick=${()=>b(L)} />`}
            ${!j&&c`<${W} icon="close" label=${o("removeFile",{name:M.name})} onClick=${()=>h(L)} />`}
          <//>`)}
      <div class="preview-foot">
        ${m&&c`<label class="check"><input type="checkbox" checked=${a} onChange=${()=>l(!a)} />${o("asOneMessage")}</label>`}
        ${p&&c`<${k} label=${o("caption")} value=${u} change=${f} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${$.length>0&&c`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function Mo({model:t,file:e,text:n,change:s,children:r}){let[i,a]=d(""),[l,u]=d(e.type.startsWith("video/")),f=Bt(e),m=t.media.problemWith(e);return P(()=>{let p=URL.createObjectURL(e);return a(p),()=>URL.revokeObjectURL(p)},[e]),c`<div class="preview-item">
    ${f==="picture"&&i&&c`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&c`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>u(!1)}></video>`}
    ${f==="audio"&&i&&c`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${S} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Zt(e.size)}</span>${r}
    </p>
    ${m?c`<p class="problem" role="alert">${m}</p>`:s&&c`<${k} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function Ao({model:t}){return t.me?c`<div class="page">
    <${w} title=${o("profile")} back=${v("settings")} />
    <div class="page-body"><${Eo} model=${t} /></div>
  </div>`:null}function Eo({model:t}){let[e,n]=d(t.me),[s,r]=d(t.me);P(()=>{let m=p=>$=>[$,p[$]===s[$]?t.me[$]:p[$]];n(p=>Object.fromEntries(Object.keys(t.me).map(m(p)))),r(t.me)},[t.me]);let i=m=>p=>n({...e,[m]:p}),[a,l]=d({}),u=m=>{m.preventDefault();let $=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await Fo(t,$);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(h=>[h,e[h]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},f=m=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:m}),t.people.know(t.me),n(p=>({...p,avatar:t.me.avatar}))},o("saved"));return c`<form class="form" onSubmit=${u}>
    <${kt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${f} />
    <${k} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${a.displayName} maxlength="64" autocomplete="nickname" />
    <${k} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${a.bio} rows="3" maxlength="1024" />
    <${k} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${a.gender} maxlength="16" autocomplete="off" />
    <${k} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${a.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${k} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${a.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${k} label=${o("email")} value=${e.email} change=${i("email")} problem=${a.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function Fo(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=I(s),delete e[r]}return n}var Ot=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,n,s){this.model=e,this.path=`/groups/${n}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",n;try{n=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of n.items)this.#t(s);this.counts={read:n.read,received:n.received,none:n.none},this.next=n.next??""};#t({state:e,...n}){this.model.people.know({deleted:!1,...n});for(let s of Object.values(this.people))if(s.includes(n.id))return;this.people[e].push(n.id)}};var No={read:"read",received:"delivered",none:"notDelivered"};function Ro({model:t,conversation:e,message:n,close:s}){let[r]=d(e.others.size===0),[,i]=d(0),[a]=d(()=>new Ot(t,e.place.group??0,n.id)),l=()=>a.more().finally(()=>i($=>$+1)),u=e.readersOf(n),f=r?a.people:{read:u.read,received:u.received,none:u.neither},m=$=>c`<${N} key=${$} model=${t} person=${t.people.get($)??{id:$}} />`,p=([$,g])=>{let h=(r?a.counts?.[$]:f[$].length)??0;return h>0&&c`<h3 class="list-head" key=${`${$} head`}>${o(g)} · ${h}</h3>
        <${_} key=${$} items=${f[$]} row=${m} />`};return c`<${C} title=${o("readers")} close=${s}>
    ${Object.entries(No).map(p)} ${r&&!a.complete&&c`<${Q} load=${l} />`}
    ${a.refused&&c`<p role="alert">${I(a.refused)}</p>`}
    ${(r?a.nobody:!Object.values(f).flat().length)&&c`<p>${o("nobodyToRead")}</p>`}
  <//>`}var Io=50;function Bo({model:t}){let[e,n]=d(null),[s,r]=d(""),i=async(u="")=>{let f=await t.api.get(`/saved?limit=${Io}${u&&`&cursor=${encodeURIComponent(u)}`}`);n(u?m=>[...m??[],...f.items]:f.items),r(f.next??"")},a=dt(t,i,[t.kept.version]),l=u=>t.kept.save(u,!1,o("unsaved"));return c`<div class="page">
    <${w} title=${o("savedMessages")} back=${v("chats")} stays />
    <div class="page-body">
      ${!e&&c`<${it} model=${t} away=${a} />`}
      ${e&&!e.length&&!s&&c`<${O} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(u=>c`<${To} key=${u.message.id} model=${t} saved=${u} remove=${l} />`)}
      </ul>
      ${s&&c`<${Q} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function To({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return c`<li class="row">
    <a class="row-main" href=${v("chats",n,e.id)}>
      <${D}
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
    <span class="row-actions"><${W} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var Do=200;function Ee({model:t,within:e,search:n,change:s}){let r=ut(),{sender:i,media:a,since:l,until:u}=n,f={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},m=Jt(t.now());return c`<details class="filters" open=${!!(i||a||l||u)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${k} label=${o("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${Ne(t,e).slice(0,Do).map(({id:p,name:$})=>c`<option key=${p} value=${$}></option>`)}</datalist>
      <${k} label=${o("sinceDay")} type="date" value=${l} max=${m} change=${p=>s({since:p})} />
      <${k} label=${o("untilDay")} type="date" value=${u} max=${m} change=${p=>s({until:p})} />
      <${q} label=${o("kind")} options=${f} value=${a} change=${p=>s({media:p})} />
    </div>
  </details>`}var zt=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function Fe(t,e,{words:n,sender:s,media:r,since:i,until:a}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,At(i)))),a&&(l.before=String(Math.max(0,At(a,1)))),!s.trim())return l;let u=await zo(t,e,s.trim());return u&&{...l,sender:String(u)}}async function zo(t,e,n){let s=T(n),r=i=>{let a=i.flatMap(({id:l,name:u})=>[u,...t.people.namesOf({id:l})].map(f=>({id:l,name:T(f)})));return(a.find(({name:l})=>l===s)??a.find(({name:l})=>l.startsWith(s)))?.id};return r(Ne(t,e))??r((await G(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function Ne(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,a=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...a.map(l=>({id:l,name:t.people.name(l)}))]}var jt={words:"",sender:"",media:"",since:"",until:""};function jo({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=d(n&&n!==s?.search.words.trim()?{...jt,words:n}:s?.search??jt),[a,l]=d(s?.search===r?s:{search:r,items:null,next:"",query:""}),[u,f]=d(""),[m,p]=d(!1),$=Y(),g=Y(),h=e?t.conversation(e).place:{},{items:b,next:E}=a,j=async(x,L,U="")=>{p(!0),await t.attempt(async()=>{let et=await t.api.get(`/search?${L}${U&&`&cursor=${encodeURIComponent(U)}`}`),ct=U?[...b,...et.items]:et.items,ot={search:x,query:L,items:ct,next:et.next??"",scroll:$.current?.scrollTop??0};t.searches.set(e,ot),l(ot)}),p(!1)},F=async(x=r)=>{if(f(""),!zt(x))return f(o("searchNeeds"));let L=x.words.trim();history.replaceState(history.state,"",v("search",e,...L?[L]:[]));let U=new URLSearchParams({limit:"30"});e==="announcements"&&U.set("announcements","true");for(let[ct,ot]of Object.entries(h))U.set(ct,String(ot));let et=await Fe(t,e,x).catch(()=>null);if(!et)return f(o("nobodyFound"));for(let[ct,ot]of Object.entries(et))U.set(ct,ot);return j(x,U.toString())};P(()=>{t.ready&&!b&&zt(r)&&F(),t.ready&&h.group!==void 0&&t.members.load(h.group).catch(()=>{})},[t.ready]),P(()=>{if(!n||n===r.words.trim())return;let x={...jt,words:n};i(x),F(x)},[n]),Kt(()=>{$.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let y=x=>{x.preventDefault(),F()};return c`<div class="page" ref=${$} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=$.current.scrollTop)}}>
    <${w} title=${e?o("searchIn",{name:t.titleOf(t.conversation(e))}):o("searchMessages")} back=${e?v("chats",e):v("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${y}>
        <div class="filter">
          <${S} name="search" />
          <input
            ref=${g}
            type="search"
            value=${r.words}
            maxlength="256"
            aria-label=${o("searchMessages")}
            placeholder=${o("searchMessages")}
            onInput=${x=>i({...r,words:x.currentTarget.value})}
          />
          <button class="primary">${o("search")}</button>
        </div>
        <${Ee} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${u&&c`<p class="problem" role="alert">${u}</p>`}
      ${b&&!b.length&&!E&&!m&&c`<${O} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(b??[]).map(x=>c`<${vt} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${m&&c`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${E&&!m&&c`<div class="actions center"><button type="button" onClick=${()=>j(a.search,a.query,E)}>${o("more")}</button></div>`}
    </div>
  </div>`}var Ho=({model:t,step:e,again:n})=>c`<${e.enrols?_o:Lo} model=${t} step=${e} again=${n} />`;function Lo({model:t,step:e,again:n}){let{ticket:s,factors:r}=e,i=r.filter(y=>y!=="passkey"),[a,l]=d(i[0]),[u,f]=d(""),[m,p]=d(!1),[$,g]=d(""),h=async y=>{g("");try{await y()}catch(M){g(I(M))}},b=y=>t.link.ask("showFactor",{ticket:s,remember:m,...y},H()),E=B(y=>(y.preventDefault(),h(()=>b({[a]:u})))),j=B(()=>h(async()=>{let{state:y,options:M}=await lt("POST","/session/passkey/begin",{body:{ticket:s},language:H()});await b({passkey:{state:y,credential:await ee(M)}})})),F=()=>{l(i.find(y=>y!==a)),f(""),g("")};return c`<form class="card" onSubmit=${E}>
    <${st}>${o("secondStep")}<//>
    ${a==="totp"&&c`<${Nt} hint=${o("appCodeHint")} value=${u} change=${f} />`}
    ${a==="recovery"&&c`<${k} label=${o("recoveryCode")} hint=${o("recoveryCodeHint")} value=${u} change=${f} autocomplete="off" autocapitalize="none" spellcheck=${!1} required maxlength="64" />`}
    <label class="check"><input type="checkbox" checked=${m} onChange=${()=>p(!m)} /><span>${o("rememberDevice")}</span></label>
    ${$&&c`<p class="problem" role="alert">${$}</p>`}
    ${a&&c`<button class="primary">${o("logIn")}</button>`}
    ${r.includes("passkey")&&te()&&c`<button type="button" onClick=${j}>${o("withPasskey")}</button>`}
    ${i.length>1&&c`<button type="button" class="plain" onClick=${F}>${o(a==="totp"?"useRecoveryCode":"useAppCode")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}function _o({model:t,step:e,again:n}){let{ticket:s}=e,[r,i]=d(null),[a,l]=d(""),[u,f]=d(null),[m,p]=d("");P(()=>{lt("POST","/session/enrol",{body:{ticket:s},language:H()}).then(i,b=>p(I(b)))},[s]);let $=B(async h=>{h.preventDefault(),p("");try{f(await t.link.ask("confirmApp",s,a,H()))}catch(b){p(I(b))}}),g=B(h=>(h.preventDefault(),t.link.ask("goOn").catch(b=>p(I(b)))));return u?c`<form class="card" onSubmit=${g}>
      <${st} key="codes">${o("recoveryCodes")}<//>
      <${re} model=${t} codes=${u} />
      ${m&&c`<p class="problem" role="alert">${m}</p>`}
      <button class="primary">${o("codesKept")}</button>
    </form>`:c`<form class="card" onSubmit=${$}>
    <${st} key="app">${o("setUpApp")}<//>
    <p>${o("roleNeedsFactor")}</p>
    ${r&&c`<${se} told=${r} /><${Nt} hint=${o("appCodeNewHint")} value=${a} change=${l} />`}
    ${m&&c`<p class="problem" role="alert">${m}</p>`}
    ${r&&c`<button class="primary">${o("logIn")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}var Go=[["profile","person"],["account","lock"],["security","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function qo({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return c`
    <${w} title=${o("settings")} />
    ${t.me&&c`<div class="portrait small">
        <${D} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${Go.map(([s,r])=>c`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${v("settings",s)} aria-current=${e===s?"page":void 0}>
              <${S} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&c`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${S} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${v("chats","announcements")}><${S} name="megaphone" />${o("announcements")}</a>
      </li>
      ${oe(t.me,"moderator")&&c`<li class="row">
          <a class="row-main setting" href=${v("admin")}><${S} name="lock" />${o("administration")}</a>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${`${rt}/docs/web-client${H()==="zh"?".zh":""}`} target="_blank" rel="noreferrer"><${S} name="info" />${o("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${S} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var tt=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(tt||{}),Uo=[0,1],Ie=[1,0],Be=[2,3],Te=[3,2],Wo={L:Uo,M:Ie,Q:Be,H:Te},Ko=/^\d*$/,Yo=/^[A-Z0-9 $%*+./:-]*$/,Ht="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",qt=1,Ut=40,Re=3,Vo=3,St=40,Xo=10,De=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],ze=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Lt=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<qt||e>Ut)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let a=this.addEccAndInterleave(s);if(this.drawCodewords(a),r===-1){let l=1e9;for(let u=0;u<8;u++){this.applyMask(u),this.drawFormatBits(u);let f=this.getPenaltyScore();f<l&&(r=u,l=f),this.applyMask(u)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,tt.Timing),this.setFunctionModule(s,6,s%2===0,tt.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,V(r,i));this.setFunctionModule(8,7,V(r,6)),this.setFunctionModule(8,8,V(r,7)),this.setFunctionModule(7,8,V(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,V(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,V(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,V(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=V(n,s),i=this.size-11+s%3,a=Math.floor(s/3);this.setFunctionModule(i,a,r),this.setFunctionModule(a,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),a=e+r,l=n+s;a>=0&&a<this.size&&l>=0&&l<this.size&&this.setFunctionModule(a,l,i!==2&&i!==4,tt.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,tt.Alignment)}setFunctionModule(e,n,s,r=tt.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==Mt(n,s))throw new RangeError("Invalid argument");let r=ze[s[0]][n],i=De[s[0]][n],a=Math.floor(_t(n)/8),l=r-a%r,u=Math.floor(a/r),f=[],m=rn(i);for(let $=0,g=0;$<r;$++){let h=e.slice(g,g+u-i+($<l?0:1));g+=h.length;let b=an(h,m);$<l&&h.push(0),f.push(h.concat(b))}let p=[];for(let $=0;$<f[0].length;$++)f.forEach((g,h)=>{($!==u-i||h>=l)&&p.push(g[$])});return p}drawCodewords(e){if(e.length!==Math.floor(_t(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let a=s-i,u=(s+1&2)===0?this.size-1-r:r;!this.types[u][a]&&n<e.length*8&&(this.modules[u][a]=V(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[i][f]===a?(l++,l===5?e+=Re:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*St),a=this.modules[i][f],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*St}for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[f][i]===a?(l++,l===5?e+=Re:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*St),a=this.modules[f][i],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*St}for(let i=0;i<this.size-1;i++)for(let a=0;a<this.size-1;a++){let l=this.modules[i][a];l===this.modules[i][a+1]&&l===this.modules[i+1][a]&&l===this.modules[i+1][a+1]&&(e+=Vo)}let n=0;for(let i of this.modules)n=i.reduce((a,l)=>a+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*Xo,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function X(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function V(t,e){return(t>>>e&1)!==0}var mt=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},Jo=[1,10,12,14],Zo=[2,9,11,13],Qo=[4,8,16,16];function je(t,e){return t[Math.floor((e+7)/17)+1]}function He(t){let e=[];for(let n of t)X(n,8,e);return new mt(Qo,t.length,e)}function tn(t){if(!Le(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);X(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new mt(Jo,t.length,e)}function en(t){if(!_e(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=Ht.indexOf(t.charAt(n))*45;s+=Ht.indexOf(t.charAt(n+1)),X(s,11,e)}return n<t.length&&X(Ht.indexOf(t.charAt(n)),6,e),new mt(Zo,t.length,e)}function on(t){return t===""?[]:Le(t)?[tn(t)]:_e(t)?[en(t)]:[He(sn(t))]}function Le(t){return Ko.test(t)}function _e(t){return Yo.test(t)}function nn(t,e){let n=0;for(let s of t){let r=je(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function sn(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function _t(t){if(t<qt||t>Ut)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function Mt(t,e){return Math.floor(_t(t)/8)-De[e[0]][t]*ze[e[0]][t]}function rn(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Gt(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Gt(n,2)}return e}function an(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,a)=>n[a]^=Gt(i,r))}return n}function Gt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function cn(t,e,n=1,s=40,r=-1,i=!0){if(!(qt<=n&&n<=s&&s<=Ut)||r<-1||r>7)throw new RangeError("Invalid value");let a,l;for(a=n;;a++){let p=Mt(a,e)*8,$=nn(t,a);if($<=p){l=$;break}if(a>=s)throw new RangeError("Data too long")}for(let p of[Ie,Be,Te])i&&l<=Mt(a,p)*8&&(e=p);let u=[];for(let p of t){X(p.mode[0],4,u),X(p.numChars,je(p.mode,a),u);for(let $ of p.getData())u.push($)}let f=Mt(a,e)*8;X(0,Math.min(4,f-u.length),u),X(0,(8-u.length%8)%8,u);for(let p=236;u.length<f;p^=253)X(p,8,u);let m=Array.from({length:Math.ceil(u.length/8)},()=>0);return u.forEach((p,$)=>m[$>>>3]|=p<<7-($&7)),new Lt(a,e,m,r)}function Ge(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:a=-1,border:l=1}=e||{},u=typeof t=="string"?on(t):Array.isArray(t)?[He(t)]:void 0;if(!u)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let f=cn(u,Wo[n],r,i,a,s),m=ln({version:f.version,maskPattern:f.mask,size:f.size,data:f.modules,types:f.types},l);return e?.invert&&(m.data=m.data.map(p=>p.map($=>!$))),e?.onEncoded?.(m),m}function ln(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let a=0;a<e;a++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},a=>!1)),t.data.push(Array.from({length:s},a=>!1));let r=tt.Border;t.types.forEach(i=>{for(let a=0;a<e;a++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},a=>r)),t.types.push(Array.from({length:s},a=>r));return t}function pn({model:t,close:e}){let n=`${location.origin}${rt}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return c`<${C} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${W} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${mn} text=${n} />
    ${"share"in navigator&&c`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function mn({text:t}){let{size:e,path:n}=Vt(()=>{let s=Ge(t,{border:2}),r=s.data.flatMap((i,a)=>i.flatMap((l,u)=>l?[`M${u} ${a}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return c`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var Wt=12;function un({model:t,close:e}){let[n,s]=d(""),[r,i]=d(0),a=Y(),l=ut(),u=z(t,n,h=>h?G(t,h,Wt):[]),f=T(n.trim());P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let m=$n(t,n.trim(),u??[]),p=Math.min(r,m.length-1);P(()=>a.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let $=({name:h})=>{e(),A("chats",h)},g=h=>{if(h.isComposing||h.keyCode===229)return;let b={ArrowDown:1,ArrowUp:-1};if(h.key in b&&m.length)i((p+b[h.key]+m.length)%m.length);else if(h.key==="Enter"&&m.length)$(m[p]);else return;h.preventDefault()};return c`<${C} title=${o("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${o("goToHint")}
      aria-label=${o("goTo")}
      aria-autocomplete="list"
      aria-expanded=${m.length>0}
      aria-controls=${l}
      aria-activedescendant=${m.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${h=>{s(h.currentTarget.value),i(0)}}
    />
    ${m.length>0&&c`<ul class="rows options" role="listbox" id=${l} ref=${a} aria-label=${o("goTo")}>
        ${m.map((h,b)=>c`<li
              key=${h.name}
              id=${`${l}-${b}`}
              class=${b===p?"row selected":"row"}
              role="option"
              aria-selected=${b===p}
              onMouseDown=${E=>E.preventDefault()}
              onClick=${()=>$(h)}
            >
              <span class="row-main">
                <${D} model=${t} id=${h.id} name=${h.title} picture=${h.picture} kind=${h.kind} size="small" />
                <span class="row-title">${h.title}</span>
                ${h.why&&c`<span class="row-note">${h.why}</span>`}
                <${pe} unread=${h.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${u&&f&&!m.length?o("nothingFound"):""}</p>
  <//>`}function $n(t,e,n){let s=m=>Math.max(m.last?.time??0,m.touched??0),r=t.all.filter(m=>m!==t.watching||e).sort((m,p)=>s(p)-s(m)).map(m=>({id:m.id,name:m.name,title:t.titleOf(m),picture:t.pictureOf(m),kind:m.kind,unread:m.unread,names:m.place.user!==void 0?t.people.namesOf({id:m.place.user}):void 0}));if(!e)return r.slice(0,Wt);let i=({id:m,avatar:p})=>({id:m,name:`user-${m}`,title:t.people.name(m),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:m})}),a=t.lists.get("contacts").map(({user:m})=>i(m)),l=m=>fn(m.map(p=>({...p,place:p.name,name:p.title})),e),u=[...l(r),...l(a),...n.map(m=>({...i(m),place:`user-${m.id}`}))],f=new Map;for(let m of u)f.has(m.place)||f.set(m.place,{...m,name:m.place});return[...f.values()].slice(0,Wt)}function fn(t,e){let n=T(e),s=Rt(t.map(a=>({...a,names:[a.title]})),e),r=new Set(s.map(({place:a})=>a)),i=Rt(t,e).filter(({place:a})=>!r.has(a));return[...s,...i.map(a=>({...a,why:a.names?.find(l=>T(l).includes(n))}))]}export{qe as Account,We as Appearance,Ke as Archive,Ye as Blocked,Ve as Contacts,Je as FindGroups,Ze as FindPeople,Qe as Forward,lo as Group,mo as Groups,uo as Join,fo as Keys,ho as Linked,go as Mentions,bo as NewChat,wo as NewDevices,ko as NewGroup,yo as NewPassword,xo as Notices,Co as Person,So as Preview,Ao as Profile,Ro as Readers,Dt as Report,Bo as Saved,jo as Search,Ho as SecondStep,qo as Settings,pn as Share,un as Switcher};
