import{$ as Xt,A as F,B as b,C as A,D as st,E as w,F as qt,G as Ut,H as P,I as Wt,J as Kt,K as Yt,L as j,M as R,N as B,O as D,P as lt,Q as Vt,R as Pt,S as Ct,T as pt,U as ut,V as X,W as mt,X as q,Y as $t,Z as ft,_ as Jt,a as h,aa as Zt,b as x,ba as Qt,c as zt,ca as te,d as it,da as ee,e as jt,ea as oe,f as c,fa as ne,g as W,ga as Ot,h as at,i as O,j as _,k as Dt,l as ct,m as s,n as et,o as Lt,p as kt,q as Ht,r as y,s as xt,t as _t,u as Gt,v as K,w as J,x as N,y as M,z as G}from"./client.js";function Me({model:t}){let[e,o]=h(""),[n,r]=h(""),[i,a]=h(""),[l,m]=h(!1),$=async u=>{u.preventDefault(),a("");let p=f=>Gt(f)&&(a(J(f)),!0);await t.attempt(()=>t.link.ask("changePassword",e,n,ct()),s("passwordChanged"),p)&&(o(""),r(""))};return c`<div class="page">
    <${w} title=${s("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${$}>
        <h2>${s("changePassword")}</h2>
        <p class="dim">${s("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${xt} label=${s("oldPassword")} value=${e} change=${o} required autocomplete="current-password" />
        <${_t} label=${s("newPassword")} problem=${i} value=${n} change=${r} />
        <div class="actions"><button class="primary">${s("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${s("deleteAccount")}</h2>
        <p class="dim">${s("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>m(!0)}>${s("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&c`<${Ae} model=${t} close=${()=>m(!1)} />`}
  </div>`}function Ae({model:t,close:e}){let[o,n]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:o}))&&(e(),location.hash="",await t.link.ask("forget"))};return c`<${M} title=${s("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${s("deleteAccountQuestion")}</p>
      <${xt} label=${s("password")} value=${o} change=${n} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${s("cancel")}</button>
        <button class="danger">${s("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Se({model:t}){let e=n=>{Ut(n),t.changed()},o=n=>t.speak(n);return c`<div class="page">
    <${w} title=${s("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${K} label=${s("theme")} options=${{auto:s("themeAuto"),light:s("themeLight"),dark:s("themeDark")}} value=${qt()} change=${e} />
      <${K} label=${s("language")} options=${Dt} value=${ct()} change=${o} />
    </div>
  </div>`}function ot({model:t,away:e=!1}){return e||t.away?c`<div role="status"><${P} icon="failed" text=${s("comesWithConnection")} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${s("loading")}</span></div>`}function dt(t,e,o=[]){let[n,r]=h(!1),[i,a]=h(0),{ready:l,state:m}=t;return x(()=>{if(!l||m.line!=="on")return;let $=!1,u=({code:p})=>p!=="offline"?!1:($||r(!0),t.postpone(()=>$||a(f=>f+1)),!0);return t.attempt(e,"",u).then(p=>p&&!$&&r(!1)),()=>$=!0},[l,m.line,i,...o]),n}function Ee({model:t,selected:e}){let[o,n]=h(!1),{archived:r}=t,i=dt(t,async()=>{o||await t.overview.archive(),n(!0)});return c`
    <${w} title=${s("archive")} back=${b("chats")} />
    <${j}
      items=${r}
      row=${a=>c`<${Kt} key=${a.name} model=${t} conversation=${a} selected=${a.name===e} />`}
    />
    ${o&&!r.length&&c`<${P} icon="archive" text=${s("archiveEmpty")} />`}
    ${!o&&!r.length&&c`<${ot} model=${t} away=${i} />`}
  `}function Fe({model:t}){let e=t.lists.get("blocks"),o=n=>t.attempt(async()=>{await t.api.delete(`/blocks/${n.id}`),t.lists.again("blocks")});return c`<div class="page">
    <${w} title=${s("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${P} icon="block" text=${s("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:n})=>c`<${A} key=${n.id} model=${t} person=${n}>
              <button type="button" class="small" onClick=${()=>o(n)}>${s("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Re({model:t,selected:e}){let o=t.lists.get("received"),n=t.lists.get("sent"),r=new Intl.Collator,i=[...t.lists.get("contacts")].sort((a,l)=>r.compare(t.people.name(a.user.id),t.people.name(l.user.id)));return c`
    <${w} title=${s("contacts")}>
      <a class="icon-button" href=${b("contacts","find")} aria-label=${s("findPeople")} title=${s("findPeople")}><${O} name="plus" /></a>
    <//>
    ${o.length>0&&c`<h2 class="list-head">${s("requests")}</h2>`}
    <ul class="rows">
      ${o.map(({user:a,greeting:l})=>c`<${Ie} key=${a.id} model=${t} user=${a} greeting=${l} />`)}
    </ul>
    ${n.length>0&&c`<h2 class="list-head">${s("sentRequests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${s("waitingForAnswer")} selected=${e===String(a.id)} />`)}
    </ul>
    ${(o.length>0||n.length>0)&&c`<h2 class="list-head">${s("contacts")}</h2>`}
    ${!i.length&&c`<${P} icon="contacts" text=${s("noContacts")}>
      <a class="button" href=${b("contacts","find")}>${s("findPeople")}</a>
    <//>`}
    <${j}
      items=${i}
      row=${({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${a.bio} selected=${e===String(a.id)} />`}
    />
  `}function Ie({model:t,user:e,greeting:o}){let{api:n,lists:r}=t,i=(m,$)=>t.attempt(async()=>{await m(),r.again("received","contacts")},$),a=()=>i(()=>n.put(`/contacts/${e.id}`),s("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>n.delete(`/contact-requests/received/${e.id}`),"");return c`<${A} model=${t} person=${e} note=${o||s("asksYou")} asks>
    <button type="button" class="primary small" onClick=${a}>${s("accept")}</button>
    <button type="button" class="small" onClick=${l}>${s("reject")}</button>
  <//>`}function Ne({model:t}){let[e,o]=h(null),n=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return c`<div class="page">
    <${w} title=${s("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${s("devicesHint")}</p>
      <ul class="rows">
        ${n.map(i=>c`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${O} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${se(i)}</span>
                  <span class="row-note wrap">${Be(i)}</span>
                </span>
              </span>
              ${!i.current&&c`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>o(i)}>${s("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&c`<${G} title=${s("revoke")} text=${s("revokeQuestion",{name:se(e)})} action=${s("revoke")} close=${()=>o(null)} then=${r} />`}
  </div>`}var se=t=>t.dialect==="v1"?`${s("v1Device")} (${t.name})`:t.name;function Be(t){return t.current?s("thisDevice"):t.loggedIn?[t.used&&et(t.used),t.address].filter(Boolean).join(" · "):s("loggedOut")}function Te({model:t}){let[e,o]=h(""),n=B(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return c`<div class="page">
    <${w} title=${s("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${s("groupName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${n&&!n.length&&c`<${P} icon="search" text=${s("nothingFound")} />`}
      <ul class="rows">
        ${(n??[]).map(r=>c`<${st} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function ze({model:t}){let[e,o]=h(""),n=B(t,e,r=>D(t,r,50));return c`<div class="page">
    <${w} title=${s("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${s("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${n&&!n.length&&c`<${P} icon="search" text=${s("nobodyFound")} />`}
      <ul class="rows">
        ${(n??[]).map(r=>c`<${A} key=${r.id} model=${t} person=${r} note=${lt(r)}>
              <button type="button" class="small" onClick=${()=>F("chats",`user-${r.id}`)}>${s("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var Mt=20;function je({model:t,message:e,close:o}){let[n,r]=h(""),[i,a]=h(""),[l,m]=h([]),$=R(n.trim()),u=B(t,n,v=>v?D(t,v,Mt):[]),p=$?De(t,Vt(t,re(t,t.all),$),u??[]):re(t,t.listed);x(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let f=v=>{l.includes(v)?m(l.filter(S=>S!==v)):l.length<Mt?m([...l,v]):t.toast(s("tooManyChats",{most:Mt}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let S of l)t.forward(t.conversation(S),e,i.trim());t.toast(s(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),o()}},d=v=>c`<${Le} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>f(v.name)} />`;return c`<${M} title=${s("forward")} close=${o}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${s("searchChats")} type="search" value=${n} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(u||!$)&&c`<p class="hint">${s("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${s("chats")}><${j} items=${p} row=${d} /></div>
      <${y} label=${s("comment")} value=${i} change=${a} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${o}>${s("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?s("sendTo",{count:l.length}):s("send")}</button>
      </div>
    </form>
  <//>`}function De(t,e,o){let n=new Set(e.map(({name:i})=>i)),r=o.map(({id:i})=>t.conversation(Ct({user:i}))).filter(i=>!n.has(i.name));return[...e,...r.filter(i=>pt(t,i))]}function re(t,e){let o=e.filter(i=>pt(t,i)),n=new Set(o.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Ct({user:i.id}))).filter(i=>!n.has(i.name)&&pt(t,i));return[...o,...r]}function Le({model:t,conversation:e,chosen:o,toggle:n}){let r=t.titleOf(e);return c`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${o} onChange=${n} />
      <${N}
        model=${t}
        id=${e.id}
        name=${r}
        picture=${t.pictureOf(e)}
        kind=${e.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${r}</span></span>
    </label>
  </li>`}var ht=256;function gt({model:t,id:e,name:o,kind:n="person",value:r,change:i}){let a=W(),[l,m]=h(!1);return c`<div class="picture-field">
    <${N} model=${t} id=${e} name=${o} picture=${r} kind=${n} size="large" />
    <input ref=${a} type="file" hidden accept="image/*" onChange=${async u=>{let p=u.currentTarget.files[0];u.currentTarget.value="",p&&(m(!0),await t.attempt(async()=>i(await t.media.storeOpen(await He(p)))),m(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>a.current.click()}>${s("choosePicture")}</button>
      ${r&&c`<button type="button" onClick=${()=>i("")}>${s("noPicture")}</button>`}
    </div>
  </div>`}async function He(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(s("notAPicture"))}),o=Math.min(e.width,e.height),n=Object.assign(document.createElement("canvas"),{width:ht,height:ht}),[r,i]=[(e.width-o)/2,(e.height-o)/2];n.getContext("2d")?.drawImage(e,r,i,o,o,0,0,ht,ht);let a=await new Promise(l=>n.toBlob(l,"image/png"));return new File([a],"picture.png",{type:"image/png"})}function U(t){let e=it(!1);return async(...o)=>{if(!e.current){e.current=!0;try{await t(...o)}finally{e.current=!1}}}}var _e=()=>({open:s("policyOpen"),approval:s("policyApproval"),invite:s("policyInvite")});function bt({model:t,id:e,given:o,change:n,action:r,then:i}){let a=$=>u=>n({...o,[$]:u}),l=U(i);return c`<form class="form" onSubmit=${$=>{$.preventDefault(),l()}}>
    <${gt} model=${t} id=${e} name=${o.name} kind="group" value=${o.picture} change=${a("picture")} />
    <${y} label=${s("groupName")} value=${o.name} change=${a("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${s("description")} value=${o.description} change=${a("description")} rows="3" maxlength="1024" />
    <${K} label=${s("whoMayJoin")} options=${_e()} value=${o.joinPolicy} change=${a("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ae({model:t,group:e,close:o}){let[n,r]=h(""),[i,a]=h(new Set),l=B(t,n,p=>p?D(t,p,20):ie(t)),m=new Set(t.members.get(e.id).map(p=>p.id)),$=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),a(new Set([...i,p.id]))},s("invitedDone",{name:t.people.name(p.id)})),u=(l??ie(t)).filter(p=>!m.has(p.id));return c`<${M} title=${s("invite")} close=${o}>
    <${y} label=${s("partOfName")} type="search" value=${n} change=${r} maxlength="64" autocomplete="off" />
    ${!u.length&&n.trim()&&c`<p class="hint">${s("nobodyFound")}</p>`}
    <ul class="rows">
      ${u.map(p=>c`<${A} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>$(p)}>${s("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function ie(t){let e=t.lists.get("contacts").map(({user:n})=>n.id),o=t.listed.flatMap(({place:n})=>n.user??[]);return[...new Set([...e,...o])].map(n=>t.people.get(n)).filter(n=>n&&!n.deleted)}var Ge=168*36e5;function ce({model:t,group:e,close:o}){let[n,r]=h(null),i=`/groups/${e.id}/links`,a=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await a()});x(()=>{l(()=>{})},[]);let m=U(()=>l(()=>t.api.post(i,{expires:t.now()+Ge}))),$=p=>`${location.origin}${ut}/${b("join",p.code)}`,u=p=>t.attempt(()=>navigator.clipboard.writeText($(p)),s("copied"));return c`<${M} title=${s("inviteLinks")} close=${o}>
    <p class="dim">${s("inviteLinksHint")}</p>
    <ul class="links">
      ${(n??[]).map(p=>c`<li key=${p.id}>
            <input readonly value=${$(p)} aria-label=${s("inviteLink")} onFocus=${f=>f.currentTarget.select()} />
            <${_} icon="copy" label=${s("copy")} onClick=${()=>u(p)} />
            <${_} icon="recall" label=${s("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[s("used",{count:p.uses}),p.expires&&s("until",{time:et(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${m}>${s("newLink")}</button>
    </div>
  <//>`}function le({model:t,group:e}){let[o,n]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=it(0),a=async()=>{let g=++i.current,d=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of d.flat())t.people.know({deleted:!1,...v});g===i.current&&n({requests:d[0],invitations:d[1],bans:d[2]})};x(()=>{a().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await a()}),m=`/groups/${e.id}`,$={requests:g=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${m}/members/${g.id}`))}>${s("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/requests/${g.id}`))}>${s("reject")}</button>
    `,invitations:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/invitations/${g.id}`))}>${s("takeBack")}</button>
    `,bans:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${m}/bans/${g.id}`))}>${s("unban")}</button>
    `},u=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(o).map(([g,d])=>({name:g,people:d.filter(({id:v})=>!u.has(v))})).map(({name:g,people:d})=>d.length>0&&c`<h2 class="list-head" key=${g}>${s(p[g])}</h2>
        <ul class="rows">
          ${d.map(v=>c`<${A} key=${v.id} model=${t} person=${v}>${$[g](v)}<//>`)}
        </ul>`)}var pe={owner:0,admin:1,member:2},qe=36e5,Ue=10;function ue({model:t,group:e}){let[o,n]=h(""),r=R(o.trim()),i=t.members.isComplete(e.id),a=B(t,o,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),m=r?l.filter(p=>t.people.namesOf(p).some(f=>R(f).includes(r))):l,$=(r&&a?t.members.found(e.id):[]).filter(({id:p})=>!l.some(f=>f.id===p)),u=[...m,...$].sort((p,f)=>pe[p.role]-pe[f.role]);return c`
    <h2 class="list-head">${s("membersTitle")}</h2>
    ${e.size>Ue&&c`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${O} name="search" />
        <input
          type="search"
          value=${o}
          maxlength="64"
          autocomplete="off"
          placeholder=${s("findMembers")}
          aria-label=${s("findMembers")}
          onInput=${p=>n(p.currentTarget.value)}
        />
      </form>`}
    ${r&&!u.length&&(i||a)&&c`<p class="hint" role="status">${s("nobodyFound")}</p>`}
    <${j}
      items=${u}
      row=${p=>c`<${We} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&c`<${X} load=${()=>t.members.more(e.id)} />`}
  `}function We({model:t,group:e,member:o}){let[n,r]=h(null),[i,a]=h(""),l=W(),m=e.you.role,$=t.lasts(o.muted),p=(m==="owner"||m==="admin"&&o.role==="member")&&o.id!==t.state.user,f=`/groups/${e.id}/members/${o.id}`,g=C=>t.attempt(async()=>{await C(),await t.groups.refresh(e.id)}),d=C=>g(()=>t.api.put(`${f}/role`,{role:C})),v=[m==="owner"&&o.role==="member"&&{icon:"person",text:s("makeAdmin"),act:()=>d("admin")},m==="owner"&&o.role==="admin"&&{icon:"person",text:s("makeMember"),act:()=>d("member")},m==="owner"&&{icon:"person",text:s("makeOwner"),act:()=>a("makeOwner")},$?{icon:"bell",text:s("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:s("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+qe}))},!$&&{icon:"mute",text:s("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:s("removeMember"),act:()=>a("removeMember"),danger:!0},{icon:"block",text:s("ban"),act:()=>a("ban"),danger:!0}],S={makeOwner:()=>d("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${o.id}`))},I=[o.role!=="member"&&s(o.role),$&&s("muted")].filter(Boolean).join(" · "),L=t.people.name(o.id);return c`<${A} model=${t} person=${o} note=${I}>
    ${p&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${s("moreAbout",{name:L})}
        onClick=${()=>r(l.current)}
      >
        <${O} name="more" />
      </button>`}
    ${n&&c`<${Wt} anchor=${n} label=${L} close=${()=>r(null)} items=${v} />`}
    ${i&&c`<${G} title=${s(i)} text=${s(`${i}Question`,{name:L})} action=${s(i)} close=${()=>a("")} then=${S[i]} />`}
  <//>`}function E({icon:t,text:e,kind:o="",act:n}){let r=U(n);return c`<button type="button" class=${o||void 0} onClick=${r}><${O} name=${t} />${e}</button>`}var Ke={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Ye({model:t,id:e}){let[o,n]=h(""),{api:r,lists:i}=t,a=t.groups.get(e),l=a?.you.role,m=U(I=>I());if(x(()=>{t.ready&&a&&!a.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!a)return c`<div class="page"><${w} title=${s("group")} back=${b("groups")} /></div>`;if(a.gone)return c`<div class="page">
      <${w} title=${a.name||s("group")} back=${b("groups")} />
      <p class="hint">${s(a.gone)}</p>
    </div>`;let $=(I,L="")=>t.attempt(async()=>{await I(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},L),u=()=>n(""),p=()=>F("chats",`group-${e}`),f=()=>$(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(s("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=I=>t.attempt(async()=>{await I(),i.again("groups"),F("groups")}),d=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",S=t.lasts(a.muted);return c`<div class="page">
    <${w} title=${s("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${N} model=${t} id=${e} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        <p class="dim">${s(a.size===1?"oneMember":"members",{count:a.size})} · ${s(Ke[a.joinPolicy])}</p>
        ${a.description&&c`<p class="bio"><${mt} text=${a.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&c`<${E} icon="chats" text=${s("message")} kind="primary" act=${p} />`}
        ${l&&c`<${E} icon="invite" text=${s("invite")} act=${()=>n("invite")} />`}
        ${v&&c`<${E} icon="link" text=${s("inviteLinks")} act=${()=>n("links")} />`}
        ${v&&c`<${E} icon="edit" text=${s("edit")} act=${()=>n("edit")} />`}
        ${v&&c`<${E} icon=${S?"bell":"mute"} text=${s(S?"unmuteGroup":"muteGroup")}
            act=${()=>$(()=>S?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&c`<div class="actions center">
          ${a.you.requested&&c`<button type="button" onClick=${()=>$(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${s("takeBack")}</button>`}
          ${!a.you.requested&&(a.joinPolicy!=="invite"||a.you.invitedBy)&&c`<button type="button" class="primary" onClick=${()=>m(f)}>${s(a.joinPolicy==="approval"&&!a.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&c`<${le} model=${t} group=${a} />`}
      ${l&&c`<${ue} model=${t} group=${a} />`}
      ${l&&c`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>n(d)}><${O} name=${d==="leave"?"leave":"recall"} />${s(d)}</button>
        </div>`}
    </div>
    ${o==="edit"&&c`<${Ve} model=${t} group=${a} close=${u} act=${$} />`}
    ${o==="invite"&&c`<${ae} model=${t} group=${a} close=${u} />`}
    ${o==="links"&&c`<${ce} model=${t} group=${a} close=${u} />`}
    ${o==="leave"&&c`<${G} title=${s("leave")} text=${s("leaveQuestion",{name:a.name})} action=${s("leave")} close=${u}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${o==="dissolve"&&c`<${G} title=${s("dissolve")} text=${s("dissolveQuestion",{name:a.name})} action=${s("dissolve")} close=${u}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function Ve({model:t,group:e,close:o,act:n}){let{name:r,description:i,picture:a,joinPolicy:l}=e,[m,$]=h({name:r,description:i,picture:a,joinPolicy:l}),u=async()=>{await n(()=>t.api.patch(`/groups/${e.id}`,m),s("saved"))&&o()};return c`<${M} title=${s("editGroup")} close=${o}>
    <${bt} model=${t} id=${e.id} given=${m} change=${$} action=${s("save")} then=${u} />
  <//>`}function Je({model:t,selected:e}){let{api:o,lists:n}=t,r=n.get("groups"),i=n.get("invitations"),a=n.get("asked"),l=p=>t.attempt(async()=>{await p(),n.again("groups","invitations","asked")}),m=p=>l(async()=>{await t.groups.change(()=>o.post(`/groups/${p.id}/join`)),F("chats",`group-${p.id}`)}),$=p=>l(()=>o.delete(`/groups/${p.id}/invitations/${t.state.user}`)),u=(p,f)=>c`<${st} key=${p.id} model=${t} group=${p} selected=${e===String(p.id)} ...${f} />`;return c`
    <${w} title=${s("groups")}>
      <a class="icon-button" href=${b("groups","find")} aria-label=${s("findGroups")} title=${s("findGroups")}><${O} name="search" /></a>
      <a class="icon-button" href=${b("groups","new")} aria-label=${s("newGroup")} title=${s("newGroup")}><${O} name="plus" /></a>
    <//>
    ${i.length>0&&c`<h2 class="list-head">${s("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(p=>c`<${st} key=${p.id} model=${t} group=${p} note=${s("invitedBy",{name:t.people.name(p.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>m(p)}>${s("join")}</button>
            <button type="button" class="small" onClick=${()=>$(p)}>${s("decline")}</button>
          <//>`)}
    </ul>
    ${a.length>0&&c`<h2 class="list-head">${s("asked")}</h2>`}
    <ul class="rows">${a.map(p=>u(p,{note:s("waitingForAnswer")}))}</ul>
    ${(i.length>0||a.length>0)&&c`<h2 class="list-head">${s("groups")}</h2>`}
    ${!r.length&&c`<${P} icon="groups" text=${s("noGroups")}>
        <a class="button" href=${b("groups","find")}>${s("findGroups")}</a>
        <a class="button" href=${b("groups","new")}>${s("newGroup")}</a>
      <//>`}
    <${j} items=${r} row=${p=>u(p,{})} />
  `}function Xe({model:t,code:e}){let[o,n]=h(e),r=U(()=>t.attempt(async()=>{let a=await t.groups.change(()=>t.api.post("/me/groups",{code:o.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${a.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),F("chats",l.name)})),i=a=>{a.preventDefault(),r()};return c`<div class="page">
    <${w} title=${s("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${s("joinByLinkHint")}</p>
        <${y} label=${s("inviteCode")} value=${o} change=${n} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${s("join")}</button></div>
      </form>
    </div>
  </div>`}var Ze=[["keySwitch",q,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",q,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",q,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",q,"B"],["format_italic",q,"I"],["format_strike",q,"Shift","X"],["format_code",q,"E"],["format_link",q,"Shift","U"],["keyEscape","Esc"],["keyHelp",q,"/"]];function Qe({close:t}){return c`<${M} title=${s("keys")} close=${t}>
    <dl class="keys">
      ${Ze.map(([e,...o])=>c`<div key=${e}>
            <dt>${s(e)}</dt>
            <dd>${o.map((n,r)=>c`${r>0&&" + "}<kbd>${n}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function to({model:t,id:e}){let[o,n]=h(""),r=async()=>{n("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){n(["no_such_message","invalid_field"].includes(i.code)?s("noSuchMessage"):J(i))}};return x(()=>{t.ready&&r()},[t.ready]),c`<div class="page">
    <${w} title=${s("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${o?c`<div role="alert"><${P} icon="link" text=${o} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${s("loading")}</span></div>`}
    </div>
  </div>`}function eo({model:t}){let{mentions:e}=t;return x(()=>{e.again(),t.changed()},[]),c`
    <${w} title=${s("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(o=>c`<${$t} key=${o.message.id} model=${t} found=${o} />`)}
    </ul>
    ${e.complete&&!e.items.length&&c`<${P} icon="at" text=${s("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&c`<${ot} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&c`<${X} key=${e.next} load=${()=>e.more()} />`}
  `}function oo({model:t}){let[e,o]=h(""),n=B(t,e,$=>D(t,$,50)),r=R(e.trim()),i=t.lists.get("contacts").map(({user:$})=>$),a=i.filter($=>t.people.namesOf($).some(u=>R(u).includes(r))),l=(n??[]).filter(({id:$})=>!i.some(u=>u.id===$)),m=$=>c`<ul class="rows">
      ${$.map(u=>c`<${A} key=${u.id} model=${t} person=${u} note=${lt(u)} href=${b("chats",`user-${u.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${w} title=${s("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${s("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${a.length>0&&c`<h2 class="list-head">${s("contacts")}</h2>${m(a)}`}
      ${a.length>0&&l.length>0&&c`<h2 class="list-head">${s("otherPeople")}</h2>`}
      ${m(l)}
      ${n&&!a.length&&!l.length&&c`<${P} icon="search" text=${s("nobodyFound")} />`}
    </div>
  </div>`}function no({model:t}){let[e,o]=h({name:"",description:"",picture:"",joinPolicy:"open"}),n=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),F("chats",i.name)});return c`<div class="page">
    <${w} title=${s("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${bt} model=${t} given=${e} change=${o} action=${s("makeGroup")} then=${n} />
    </div>
  </div>`}function so({model:t}){let[,e]=h(0),o=()=>e(a=>a+1),n=async a=>{await te(a==="on")||t.toast(s("noticesRefused"),"problem"),o()},r=a=>l=>{a(l==="on"),o(),t.changed()},i=(a,l,m)=>c`<${K} label=${a} options=${{on:s("on"),off:s("off")}} value=${l?"on":"off"} change=${m} />`;return c`<div class="page">
    <${w} title=${s("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${s(ft()?"noticesHint":"noticesImpossible")}</p>
      ${ft()&&i(s("notices"),Jt(),n)}
      ${ft()&&i(s("noticesText"),Zt(),r(oe))}
      ${i(s("sounds"),Xt(),r(ee))}
      ${i(s("badge"),Qt(),r(ne))}
    </div>
  </div>`}function ro({model:t,id:e}){let[o,n]=h(""),{api:r,lists:i}=t,a=t.people.get(e);if(x(()=>{t.ready&&r.get(`/users/${e}`).then(d=>t.people.know(d)).then(t.changed,()=>{})},[e,t.ready]),!a)return c`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),m=e===t.state.user,u=Object.fromEntries(["contacts","received","sent","blocks"].map(d=>[d,i.has(d,e)])),p=i.get("received").find(({user:d})=>d.id===e)?.greeting,f=(d,v="")=>t.attempt(async()=>{await d(),i.again("contacts","received","sent","blocks")},v),g=()=>n("");return c`<div class="page">
    <${w} title=${s("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${N} model=${t} id=${e} name=${l} picture=${a.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(a).filter(d=>d!==l).map(d=>c`<p key=${d} class="dim" dir="auto">${d}</p>`)}
        ${a.gender&&c`<p class="dim">${a.gender}</p>`}
        ${a.bio&&c`<p class="bio"><${mt} text=${a.bio} /></p>`}
        ${p&&c`<p class="greeting">${p}</p>`}
      </div>
      ${m?c`<div class="actions center"><a class="button" href=${b("settings","profile")}>${s("editProfile")}</a></div>`:!a.deleted&&c`<div class="tiles">
              <${E} icon="chats" text=${s("message")} kind="primary" act=${()=>F("chats",`user-${e}`)} />
              ${u.received&&c`<${E} icon="check" text=${s("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),s("accepted",{name:l}))} />`}
              ${u.received&&c`<${E} icon="close" text=${s("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${u.sent&&c`<${E} icon="close" text=${s("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!u.contacts&&!u.received&&!u.sent&&!u.blocks&&c`<${E} icon="invite" text=${s("addContact")} act=${()=>n("ask")} />`}
              ${u.contacts&&c`<${E} icon="edit" text=${s("setRemark")} act=${()=>n("remark")} />`}
              ${u.contacts&&c`<${E} icon="leave" text=${s("removeContact")} kind="danger-text" act=${()=>n("remove")} />`}
              ${u.blocks?c`<${E} icon="check" text=${s("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:c`<${E} icon="block" text=${s("block")} kind="danger-text" act=${()=>n("block")} />`}
            </div>`}
    </div>
    ${o==="ask"&&c`<${me} title=${s("addContact")} label=${s("greeting")} action=${s("sendRequest")} limit="255" close=${g}
        then=${d=>f(()=>r.put(`/contact-requests/sent/${e}`,d?{greeting:d}:{}),s("requestSent"))} />`}
    ${o==="remark"&&c`<${me} title=${s("setRemark")} label=${s("remark")} action=${s("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${d=>f(()=>r.patch(`/contacts/${e}`,{remark:d}))} />`}
    ${o==="remove"&&c`<${G} title=${s("removeContact")} text=${s("removeContactQuestion",{name:l})} action=${s("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${o==="block"&&c`<${G} title=${s("block")} text=${s("blockQuestion",{name:l})} action=${s("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function me({title:t,label:e,action:o,limit:n,first:r="",close:i,then:a,...l}){let[m,$]=h(r);return c`<${M} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),a(m.trim())}}>
      <${y} label=${e} value=${m} change=${$} maxlength=${n} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${s("cancel")}</button>
        <button class="primary">${o}</button>
      </div>
    </form>
  <//>`}var io=10;function ao({model:t,conversation:e,files:o,close:n}){let[r,i]=h(()=>o.map((C,T)=>({key:T,file:C,text:""}))),[a,l]=h(!0),[m,$]=h(""),u=r.length>1&&r.length<=io,p=u&&a,f=r.filter(({file:C})=>!t.media.problemWith(C)),g=(C,T)=>i(r.with(C,{...r[C],text:T})),d=C=>r.length>1?i(r.toSpliced(C,1)):n(),v=C=>i(r.with(C-1,r[C]).with(C,r[C-1])),S=C=>{if(C.preventDefault(),!f.length)return;let T=e.draft.replyTo?.id;if(T&&e.draft.cancel(),p)t.media.send(e,f.map(({file:k})=>k),{text:m,replyTo:T});else for(let{file:k,text:z}of f)t.media.send(e,k,{text:z,replyTo:T}),T=void 0;n()},I=r.length===1,L=s(Ot(r[0].file)==="picture"?"sendPicture":"sendFile");return c`<${M} title=${I?L:s("sendFiles",{count:r.length})} close=${n}>
    <form onSubmit=${S}>
      ${r.map(({key:C,file:T,text:k},z)=>c`<${co} key=${C} model=${t} file=${T} text=${k} change=${p?null:H=>g(z,H)}>
            ${z>0&&c`<${_} icon="up" label=${s("earlier",{name:T.name})} onClick=${()=>v(z)} />`}
            ${!I&&c`<${_} icon="close" label=${s("removeFile",{name:T.name})} onClick=${()=>d(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${u&&c`<label class="check"><input type="checkbox" checked=${a} onChange=${()=>l(!a)} />${s("asOneMessage")}</label>`}
        ${p&&c`<${y} label=${s("caption")} value=${m} change=${$} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${n}>${s("cancel")}</button>
          ${f.length>0&&c`<button class="primary">${s("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function co({model:t,file:e,text:o,change:n,children:r}){let[i,a]=h(""),[l,m]=h(e.type.startsWith("video/")),$=Ot(e),u=t.media.problemWith(e);return x(()=>{let p=URL.createObjectURL(e);return a(p),()=>URL.revokeObjectURL(p)},[e]),c`<div class="preview-item">
    ${$==="picture"&&i&&c`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&c`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>m(!1)}></video>`}
    ${$==="audio"&&i&&c`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${O} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Ht(e.size)}</span>${r}
    </p>
    ${u?c`<p class="problem" role="alert">${u}</p>`:n&&c`<${y} label=${s("caption")} value=${o} change=${n} maxlength="2000" />`}
  </div>`}function lo({model:t}){return t.me?c`<div class="page">
    <${w} title=${s("profile")} back=${b("settings")} />
    <div class="page-body"><${po} model=${t} /></div>
  </div>`:null}function po({model:t}){let[e,o]=h(t.me),[n,r]=h(t.me);x(()=>{let u=p=>f=>[f,p[f]===n[f]?t.me[f]:p[f]];o(p=>Object.fromEntries(Object.keys(t.me).map(u(p)))),r(t.me)},[t.me]);let i=u=>p=>o({...e,[u]:p}),[a,l]=h({}),m=u=>{u.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await uo(t,f);t.people.know(t.me),o({...t.me,...Object.fromEntries(Object.keys(g).map(d=>[d,e[d]]))}),l(g),Object.keys(g).length||t.toast(s("saved"))})},$=u=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:u}),t.people.know(t.me),o(p=>({...p,avatar:t.me.avatar}))},s("saved"));return c`<form class="form" onSubmit=${m}>
    <${gt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${$} />
    <${y} label=${s("displayName")} hint=${s("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${a.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${s("bio")} value=${e.bio} change=${i("bio")} problem=${a.bio} rows="3" maxlength="1024" />
    <${y} label=${s("gender")} value=${e.gender} change=${i("gender")} problem=${a.gender} maxlength="16" autocomplete="off" />
    <${y} label=${s("loginName")} hint=${s("loginNameHint")} value=${e.name} change=${i("name")} problem=${a.name} required maxlength="64" autocomplete="username" />
    <h2>${s("onlyYouSee")}</h2>
    <${y} label=${s("phone")} value=${e.phone} change=${i("phone")} problem=${a.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${s("email")} value=${e.email} change=${i("email")} problem=${a.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${s("save")}</button></div>
  </form>`}async function uo(t,e){let o={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(n){let{field:r}=n;if(!(r in e))throw n;o[r]=J(n),delete e[r]}return o}var vt=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,o,n){this.model=e,this.path=`/groups/${o}/messages/${n}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",o;try{o=await this.model.api.get(this.path+e)}catch(n){if(n.code==="offline")throw n;this.refused=n;return}for(let n of o.items)this.#t(n);this.counts={read:o.read,received:o.received,none:o.none},this.next=o.next??""};#t({state:e,...o}){this.model.people.know({deleted:!1,...o});for(let n of Object.values(this.people))if(n.includes(o.id))return;this.people[e].push(o.id)}};var mo={read:"read",received:"delivered",none:"notDelivered"};function $o({model:t,conversation:e,message:o,close:n}){let[r]=h(e.others.size===0),[,i]=h(0),[a]=h(()=>new vt(t,e.place.group??0,o.id)),l=()=>a.more().finally(()=>i(f=>f+1)),m=e.readersOf(o),$=r?a.people:{read:m.read,received:m.received,none:m.neither},u=f=>c`<${A} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,p=([f,g])=>{let d=(r?a.counts?.[f]:$[f].length)??0;return d>0&&c`<h3 class="list-head" key=${`${f} head`}>${s(g)} · ${d}</h3>
        <${j} key=${f} items=${$[f]} row=${u} />`};return c`<${M} title=${s("readers")} close=${n}>
    ${Object.entries(mo).map(p)} ${r&&!a.complete&&c`<${X} load=${l} />`}
    ${a.refused&&c`<p role="alert">${J(a.refused)}</p>`}
    ${(r?a.nobody:!Object.values($).flat().length)&&c`<p>${s("nobodyToRead")}</p>`}
  <//>`}var fo=50;function ho({model:t}){let[e,o]=h(null),[n,r]=h(""),i=async(m="")=>{let $=await t.api.get(`/saved?limit=${fo}${m&&`&cursor=${encodeURIComponent(m)}`}`);o(m?u=>[...u??[],...$.items]:$.items),r($.next??"")},a=dt(t,i,[t.kept.version]),l=m=>t.kept.save(m,!1,s("unsaved"));return c`<div class="page">
    <${w} title=${s("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&c`<${ot} model=${t} away=${a} />`}
      ${e&&!e.length&&!n&&c`<${P} icon="save" text=${s("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(m=>c`<${go} key=${m.message.id} model=${t} saved=${m} remove=${l} />`)}
      </ul>
      ${n&&c`<${X} key=${n} load=${()=>i(n)} />`}
    </div>
  </div>`}function go({model:t,saved:{message:e,conversation:o},remove:n}){let r=t.conversation(o),i=t.titleOf(r);return c`<li class="row">
    <a class="row-main" href=${b("chats",o,e.id)}>
      <${N}
        model=${t}
        id=${r.id}
        name=${i}
        picture=${t.pictureOf(r)}
        kind=${r.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${i}</span>
          <time class="row-time">${et(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${_} icon="close" label=${s("unsave")} onClick=${()=>n(e.id)} /></span>
  </li>`}var bo=200;function $e({model:t,within:e,search:o,change:n}){let r=at(),{sender:i,media:a,since:l,until:m}=o,$={"":s("anyKind"),picture:s("pictures"),audio:s("voiceMessages"),file:s("files")},u=Lt(t.now());return c`<details class="filters" open=${!!(i||a||l||m)}>
    <summary>${s("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${s("sender")} value=${i} change=${p=>n({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${de(t,e).slice(0,bo).map(({id:p,name:f})=>c`<option key=${p} value=${f}></option>`)}</datalist>
      <${y} label=${s("sinceDay")} type="date" value=${l} max=${u} change=${p=>n({since:p})} />
      <${y} label=${s("untilDay")} type="date" value=${m} max=${u} change=${p=>n({until:p})} />
      <${K} label=${s("kind")} options=${$} value=${a} change=${p=>n({media:p})} />
    </div>
  </details>`}var At=({words:t,sender:e,media:o})=>!!(t.trim()||e.trim()||o);async function fe(t,e,{words:o,sender:n,media:r,since:i,until:a}){let l={};if(o.trim()&&(l.q=o.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,kt(i)))),a&&(l.before=String(Math.max(0,kt(a,1)))),!n.trim())return l;let m=await vo(t,e,n.trim());return m&&{...l,sender:String(m)}}async function vo(t,e,o){let n=R(o),r=i=>{let a=i.flatMap(({id:l,name:m})=>[m,...t.people.namesOf({id:l})].map($=>({id:l,name:R($)})));return(a.find(({name:l})=>l===n)??a.find(({name:l})=>l.startsWith(n)))?.id};return r(de(t,e))??r((await D(t,o,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function de(t,e){let{user:o,group:n}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=o!==void 0?[o]:n!==void 0?t.members.get(n).map(({id:l})=>l):r,a=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:s("you")},...a.map(l=>({id:l,name:t.people.name(l)}))]}var St={words:"",sender:"",media:"",since:"",until:""};function wo({model:t,within:e,given:o}){let n=t.searches.get(e),[r,i]=h(o&&o!==n?.search.words.trim()?{...St,words:o}:n?.search??St),[a,l]=h(n?.search===r?n:{search:r,items:null,next:"",query:""}),[m,$]=h(""),[u,p]=h(!1),f=W(),g=W(),d=e?t.conversation(e).place:{},{items:v,next:S}=a,I=async(k,z,H="")=>{p(!0),await t.attempt(async()=>{let Q=await t.api.get(`/search?${z}${H&&`&cursor=${encodeURIComponent(H)}`}`),nt=H?[...v,...Q.items]:Q.items,tt={search:k,query:z,items:nt,next:Q.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,tt),l(tt)}),p(!1)},L=async(k=r)=>{if($(""),!At(k))return $(s("searchNeeds"));let z=k.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let H=new URLSearchParams({limit:"30"});e==="announcements"&&H.set("announcements","true");for(let[nt,tt]of Object.entries(d))H.set(nt,String(tt));let Q=await fe(t,e,k).catch(()=>null);if(!Q)return $(s("nobodyFound"));for(let[nt,tt]of Object.entries(Q))H.set(nt,tt);return I(k,H.toString())};x(()=>{t.ready&&!v&&At(r)&&L(),t.ready&&d.group!==void 0&&t.members.load(d.group).catch(()=>{})},[t.ready]),x(()=>{if(!o||o===r.words.trim())return;let k={...St,words:o};i(k),L(k)},[o]),zt(()=>{f.current.scrollTop=n?.scroll??0,r.words||g.current.focus()},[]);let C=k=>{k.preventDefault(),L()};return c`<div class="page" ref=${f} onScroll=${()=>{let k=t.searches.get(e);k&&(k.scroll=f.current.scrollTop)}}>
    <${w} title=${e?s("searchIn",{name:t.titleOf(t.conversation(e))}):s("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${C}>
        <div class="filter">
          <${O} name="search" />
          <input
            ref=${g}
            type="search"
            value=${r.words}
            maxlength="256"
            aria-label=${s("searchMessages")}
            placeholder=${s("searchMessages")}
            onInput=${k=>i({...r,words:k.currentTarget.value})}
          />
          <button class="primary">${s("search")}</button>
        </div>
        <${$e} model=${t} within=${e} search=${r} change=${k=>i({...r,...k})} />
      </form>
      ${m&&c`<p class="problem" role="alert">${m}</p>`}
      ${v&&!v.length&&!S&&!u&&c`<${P} icon="search" text=${s("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(k=>c`<${$t} key=${k.message.id} model=${t} found=${k} />`)}
      </ul>
      ${u&&c`<div class="spinner small" role="status"><span class="hidden">${s("loading")}</span></div>`}
      ${S&&!u&&c`<div class="actions center"><button type="button" onClick=${()=>I(a.search,a.query,S)}>${s("more")}</button></div>`}
    </div>
  </div>`}var yo=[["profile","person"],["account","lock"],["devices","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function ko({model:t,selected:e}){let o=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return c`
    <${w} title=${s("settings")} />
    ${t.me&&c`<div class="portrait small">
        <${N} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${yo.map(([n,r])=>c`<li key=${n} class=${e===n?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",n)} aria-current=${e===n?"page":void 0}>
              <${O} name=${r} />${s(n)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&c`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${O} name="keyboard" />${s("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${O} name="megaphone" />${s("announcements")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${o}><${O} name="leave" />${s("logOut")}</button>
      </li>
    </ul>
  `}var Z=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(Z||{}),xo=[0,1],ge=[1,0],be=[2,3],ve=[3,2],Po={L:xo,M:ge,Q:be,H:ve},Co=/^\d*$/,Oo=/^[A-Z0-9 $%*+./:-]*$/,Et="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Nt=1,Bt=40,he=3,Mo=3,wt=40,Ao=10,we=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],ye=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Ft=class{constructor(e,o,n,r){if(this.version=e,this.ecc=o,e<Nt||e>Bt)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let a=this.addEccAndInterleave(n);if(this.drawCodewords(a),r===-1){let l=1e9;for(let m=0;m<8;m++){this.applyMask(m),this.drawFormatBits(m);let $=this.getPenaltyScore();$<l&&(r=m,l=$),this.applyMask(m)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,o){return e>=0&&e<this.size&&o>=0&&o<this.size&&this.modules[o][e]}drawFunctionPatterns(){for(let n=0;n<this.size;n++)this.setFunctionModule(6,n,n%2===0,Z.Timing),this.setFunctionModule(n,6,n%2===0,Z.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),o=e.length;for(let n=0;n<o;n++)for(let r=0;r<o;r++)n===0&&r===0||n===0&&r===o-1||n===o-1&&r===0||this.drawAlignmentPattern(e[n],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let o=this.ecc[1]<<3|e,n=o;for(let i=0;i<10;i++)n=n<<1^(n>>>9)*1335;let r=(o<<10|n)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,Y(r,i));this.setFunctionModule(8,7,Y(r,6)),this.setFunctionModule(8,8,Y(r,7)),this.setFunctionModule(7,8,Y(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,Y(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,Y(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,Y(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let n=0;n<12;n++)e=e<<1^(e>>>11)*7973;let o=this.version<<12|e;for(let n=0;n<18;n++){let r=Y(o,n),i=this.size-11+n%3,a=Math.floor(n/3);this.setFunctionModule(i,a,r),this.setFunctionModule(a,i,r)}}drawFinderPattern(e,o){for(let n=-4;n<=4;n++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(n)),a=e+r,l=o+n;a>=0&&a<this.size&&l>=0&&l<this.size&&this.setFunctionModule(a,l,i!==2&&i!==4,Z.Position)}}drawAlignmentPattern(e,o){for(let n=-2;n<=2;n++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,o+n,Math.max(Math.abs(r),Math.abs(n))!==1,Z.Alignment)}setFunctionModule(e,o,n,r=Z.Function){this.modules[o][e]=n,this.types[o][e]=r}addEccAndInterleave(e){let o=this.version,n=this.ecc;if(e.length!==yt(o,n))throw new RangeError("Invalid argument");let r=ye[n[0]][o],i=we[n[0]][o],a=Math.floor(Rt(o)/8),l=r-a%r,m=Math.floor(a/r),$=[],u=zo(i);for(let f=0,g=0;f<r;f++){let d=e.slice(g,g+m-i+(f<l?0:1));g+=d.length;let v=jo(d,u);f<l&&d.push(0),$.push(d.concat(v))}let p=[];for(let f=0;f<$[0].length;f++)$.forEach((g,d)=>{(f!==m-i||d>=l)&&p.push(g[f])});return p}drawCodewords(e){if(e.length!==Math.floor(Rt(this.version)/8))throw new RangeError("Invalid argument");let o=0;for(let n=this.size-1;n>=1;n-=2){n===6&&(n=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let a=n-i,m=(n+1&2)===0?this.size-1-r:r;!this.types[m][a]&&o<e.length*8&&(this.modules[m][a]=Y(e[o>>>3],7-(o&7)),o++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let o=0;o<this.size;o++)for(let n=0;n<this.size;n++){let r;switch(e){case 0:r=(n+o)%2===0;break;case 1:r=o%2===0;break;case 2:r=n%3===0;break;case 3:r=(n+o)%3===0;break;case 4:r=(Math.floor(n/3)+Math.floor(o/2))%2===0;break;case 5:r=n*o%2+n*o%3===0;break;case 6:r=(n*o%2+n*o%3)%2===0;break;case 7:r=((n+o)%2+n*o%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[o][n]&&r&&(this.modules[o][n]=!this.modules[o][n])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let a=!1,l=0,m=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[i][$]===a?(l++,l===5?e+=he:l>5&&e++):(this.finderPenaltyAddHistory(l,m),a||(e+=this.finderPenaltyCountPatterns(m)*wt),a=this.modules[i][$],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,m)*wt}for(let i=0;i<this.size;i++){let a=!1,l=0,m=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[$][i]===a?(l++,l===5?e+=he:l>5&&e++):(this.finderPenaltyAddHistory(l,m),a||(e+=this.finderPenaltyCountPatterns(m)*wt),a=this.modules[$][i],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,m)*wt}for(let i=0;i<this.size-1;i++)for(let a=0;a<this.size-1;a++){let l=this.modules[i][a];l===this.modules[i][a+1]&&l===this.modules[i+1][a]&&l===this.modules[i+1][a+1]&&(e+=Mo)}let o=0;for(let i of this.modules)o=i.reduce((a,l)=>a+(l?1:0),o);let n=this.size*this.size,r=Math.ceil(Math.abs(o*20-n*10)/n)-1;return e+=r*Ao,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,o=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,n=[6];for(let r=this.size-7;n.length<e;r-=o)n.splice(1,0,r);return n}}finderPenaltyCountPatterns(e){let o=e[1],n=o>0&&e[2]===o&&e[3]===o*3&&e[4]===o&&e[5]===o;return(n&&e[0]>=o*4&&e[6]>=o?1:0)+(n&&e[6]>=o*4&&e[0]>=o?1:0)}finderPenaltyTerminateAndCount(e,o,n){return e&&(this.finderPenaltyAddHistory(o,n),o=0),o+=this.size,this.finderPenaltyAddHistory(o,n),this.finderPenaltyCountPatterns(n)}finderPenaltyAddHistory(e,o){o[0]===0&&(e+=this.size),o.pop(),o.unshift(e)}};function V(t,e,o){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let n=e-1;n>=0;n--)o.push(t>>>n&1)}function Y(t,e){return(t>>>e&1)!==0}var rt=class{constructor(e,o,n){if(this.mode=e,this.numChars=o,this.bitData=n,o<0)throw new RangeError("Invalid argument");this.bitData=n.slice()}getData(){return this.bitData.slice()}},So=[1,10,12,14],Eo=[2,9,11,13],Fo=[4,8,16,16];function ke(t,e){return t[Math.floor((e+7)/17)+1]}function xe(t){let e=[];for(let o of t)V(o,8,e);return new rt(Fo,t.length,e)}function Ro(t){if(!Pe(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let o=0;o<t.length;){let n=Math.min(t.length-o,3);V(Number.parseInt(t.substring(o,o+n),10),n*3+1,e),o+=n}return new rt(So,t.length,e)}function Io(t){if(!Ce(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],o;for(o=0;o+2<=t.length;o+=2){let n=Et.indexOf(t.charAt(o))*45;n+=Et.indexOf(t.charAt(o+1)),V(n,11,e)}return o<t.length&&V(Et.indexOf(t.charAt(o)),6,e),new rt(Eo,t.length,e)}function No(t){return t===""?[]:Pe(t)?[Ro(t)]:Ce(t)?[Io(t)]:[xe(To(t))]}function Pe(t){return Co.test(t)}function Ce(t){return Oo.test(t)}function Bo(t,e){let o=0;for(let n of t){let r=ke(n.mode,e);if(n.numChars>=1<<r)return Number.POSITIVE_INFINITY;o+=4+r+n.bitData.length}return o}function To(t){t=encodeURI(t);let e=[];for(let o=0;o<t.length;o++)t.charAt(o)!=="%"?e.push(t.charCodeAt(o)):(e.push(Number.parseInt(t.substring(o+1,o+3),16)),o+=2);return e}function Rt(t){if(t<Nt||t>Bt)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let o=Math.floor(t/7)+2;e-=(25*o-10)*o-55,t>=7&&(e-=36)}return e}function yt(t,e){return Math.floor(Rt(t)/8)-we[e[0]][t]*ye[e[0]][t]}function zo(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let n=0;n<t-1;n++)e.push(0);e.push(1);let o=1;for(let n=0;n<t;n++){for(let r=0;r<e.length;r++)e[r]=It(e[r],o),r+1<e.length&&(e[r]^=e[r+1]);o=It(o,2)}return e}function jo(t,e){let o=e.map(n=>0);for(let n of t){let r=n^o.shift();o.push(0),e.forEach((i,a)=>o[a]^=It(i,r))}return o}function It(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let o=0;for(let n=7;n>=0;n--)o=o<<1^(o>>>7)*285,o^=(e>>>n&1)*t;return o}function Do(t,e,o=1,n=40,r=-1,i=!0){if(!(Nt<=o&&o<=n&&n<=Bt)||r<-1||r>7)throw new RangeError("Invalid value");let a,l;for(a=o;;a++){let p=yt(a,e)*8,f=Bo(t,a);if(f<=p){l=f;break}if(a>=n)throw new RangeError("Data too long")}for(let p of[ge,be,ve])i&&l<=yt(a,p)*8&&(e=p);let m=[];for(let p of t){V(p.mode[0],4,m),V(p.numChars,ke(p.mode,a),m);for(let f of p.getData())m.push(f)}let $=yt(a,e)*8;V(0,Math.min(4,$-m.length),m),V(0,(8-m.length%8)%8,m);for(let p=236;m.length<$;p^=253)V(p,8,m);let u=Array.from({length:Math.ceil(m.length/8)},()=>0);return m.forEach((p,f)=>u[f>>>3]|=p<<7-(f&7)),new Ft(a,e,u,r)}function Oe(t,e){let{ecc:o="L",boostEcc:n=!1,minVersion:r=1,maxVersion:i=40,maskPattern:a=-1,border:l=1}=e||{},m=typeof t=="string"?No(t):Array.isArray(t)?[xe(t)]:void 0;if(!m)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let $=Do(m,Po[o],r,i,a,n),u=Lo({version:$.version,maskPattern:$.mask,size:$.size,data:$.modules,types:$.types},l);return e?.invert&&(u.data=u.data.map(p=>p.map(f=>!f))),e?.onEncoded?.(u),u}function Lo(t,e=1){if(!e)return t;let{size:o}=t,n=o+e*2;t.size=n,t.data.forEach(i=>{for(let a=0;a<e;a++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:n},a=>!1)),t.data.push(Array.from({length:n},a=>!1));let r=Z.Border;t.types.forEach(i=>{for(let a=0;a<e;a++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:n},a=>r)),t.types.push(Array.from({length:n},a=>r));return t}function Ho({model:t,close:e}){let o=`${location.origin}${ut}/`,n=()=>t.attempt(()=>navigator.clipboard.writeText(o),s("copied")),r=()=>navigator.share({title:"HiChat",url:o}).catch(()=>{});return c`<${M} title=${s("invitePeople")} close=${e}>
    <p class="dim">${s("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${o} aria-label=${s("address")} onFocus=${i=>i.currentTarget.select()} />
      <${_} icon="copy" label=${s("copy")} onClick=${n} />
    </div>
    <${_o} text=${o} />
    ${"share"in navigator&&c`<div class="actions"><button type="button" class="primary" onClick=${r}>${s("share")}</button></div>`}
  <//>`}function _o({text:t}){let{size:e,path:o}=jt(()=>{let n=Oe(t,{border:2}),r=n.data.flatMap((i,a)=>i.flatMap((l,m)=>l?[`M${m} ${a}h1v1h-1z`]:[]));return{size:n.size,path:r.join("")}},[t]);return c`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${s("qrCode",{text:t})}><path d=${o} /></svg>`}var Tt=12;function Go({model:t,close:e}){let[o,n]=h(""),[r,i]=h(0),a=W(),l=at(),m=B(t,o,d=>d?D(t,d,Tt):[]),$=R(o.trim());x(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let u=qo(t,o.trim(),m??[]),p=Math.min(r,u.length-1);x(()=>a.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let f=({name:d})=>{e(),F("chats",d)},g=d=>{if(d.isComposing||d.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(d.key in v&&u.length)i((p+v[d.key]+u.length)%u.length);else if(d.key==="Enter"&&u.length)f(u[p]);else return;d.preventDefault()};return c`<${M} title=${s("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${s("goToHint")}
      aria-label=${s("goTo")}
      aria-autocomplete="list"
      aria-expanded=${u.length>0}
      aria-controls=${l}
      aria-activedescendant=${u.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${d=>{n(d.currentTarget.value),i(0)}}
    />
    ${u.length>0&&c`<ul class="rows options" role="listbox" id=${l} ref=${a} aria-label=${s("goTo")}>
        ${u.map((d,v)=>c`<li
              key=${d.name}
              id=${`${l}-${v}`}
              class=${v===p?"row selected":"row"}
              role="option"
              aria-selected=${v===p}
              onMouseDown=${S=>S.preventDefault()}
              onClick=${()=>f(d)}
            >
              <span class="row-main">
                <${N} model=${t} id=${d.id} name=${d.title} picture=${d.picture} kind=${d.kind} size="small" />
                <span class="row-title">${d.title}</span>
                ${d.why&&c`<span class="row-note">${d.why}</span>`}
                <${Yt} unread=${d.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${m&&$&&!u.length?s("nothingFound"):""}</p>
  <//>`}function qo(t,e,o){let n=u=>Math.max(u.last?.time??0,u.touched??0),r=t.all.filter(u=>u!==t.watching||e).sort((u,p)=>n(p)-n(u)).map(u=>({id:u.id,name:u.name,title:t.titleOf(u),picture:t.pictureOf(u),kind:u.kind,unread:u.unread,names:u.place.user!==void 0?t.people.namesOf({id:u.place.user}):void 0}));if(!e)return r.slice(0,Tt);let i=({id:u,avatar:p})=>({id:u,name:`user-${u}`,title:t.people.name(u),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:u})}),a=t.lists.get("contacts").map(({user:u})=>i(u)),l=u=>Uo(u.map(p=>({...p,place:p.name,name:p.title})),e),m=[...l(r),...l(a),...o.map(u=>({...i(u),place:`user-${u.id}`}))],$=new Map;for(let u of m)$.has(u.place)||$.set(u.place,{...u,name:u.place});return[...$.values()].slice(0,Tt)}function Uo(t,e){let o=R(e),n=Pt(t.map(a=>({...a,names:[a.title]})),e),r=new Set(n.map(({place:a})=>a)),i=Pt(t,e).filter(({place:a})=>!r.has(a));return[...n,...i.map(a=>({...a,why:a.names?.find(l=>R(l).includes(o))}))]}export{Me as Account,Se as Appearance,Ee as Archive,Fe as Blocked,Re as Contacts,Ne as Devices,Te as FindGroups,ze as FindPeople,je as Forward,Ye as Group,Je as Groups,Xe as Join,Qe as Keys,to as Linked,eo as Mentions,oo as NewChat,no as NewGroup,so as Notices,ro as Person,ao as Preview,lo as Profile,$o as Readers,ho as Saved,wo as Search,ko as Settings,Ho as Share,Go as Switcher};
