import{$ as $t,A as M,B as A,C as b,D as S,E as at,F as w,G as C,H as U,I as nt,J as ut,K as J,L as W,M as E,P as st,Q as Kt,R as rt,S as Yt,T as Vt,U as Xt,V as Jt,W as Zt,X as D,Y as N,Z as T,_ as L,a as h,aa as Qt,b as P,ba as Ot,c as Lt,ca as Mt,d as Ht,da as ft,e as Gt,ea as dt,f as a,fa as K,g as Y,ga as ht,h as lt,ha as te,i as O,ia as gt,j as q,ja as ee,k as _t,ka as oe,l as Z,la as ne,ma as se,n,na as re,o as ot,oa as ie,p as qt,pa as ae,q as Pt,qa as ce,r as Ut,ra as St,s as y,t as Ct,u as pt,v as mt,w as G,x as j,y as Wt,z as B}from"./client.js";function Re({model:t}){let[e,o]=h(""),[s,r]=h(""),[i,c]=h(""),[l,u]=h(!1),$=async m=>{m.preventDefault(),c("");let p=f=>mt(f)&&(c(j(f)),!0);await t.attempt(()=>t.link.ask("changePassword",e,s,Z()),n("passwordChanged"),p)&&(o(""),r(""))};return a`<div class="page">
    <${w} title=${n("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${$}>
        <h2>${n("changePassword")}</h2>
        <p class="dim">${n("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${Ct} label=${n("oldPassword")} value=${e} change=${o} required autocomplete="current-password" />
        <${pt} label=${n("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${n("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${n("yourData")}</h2>
        <p class="dim">${n("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>Ie(t)}>${n("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${n("deleteAccount")}</h2>
        <p class="dim">${n("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${n("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&a`<${Ne} model=${t} close=${()=>u(!1)} />`}
  </div>`}function Ie(t){return t.attempt(async()=>{let{url:e}=await t.api.post("/me/export",{language:Z()}),o=document.createElement("a");o.href=rt+e,o.download="",o.click()},n("dataComes"))}function Ne({model:t,close:e}){let[o,s]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:o}))&&(e(),location.hash="",await t.link.ask("forget"))};return a`<${C} title=${n("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${n("deleteAccountQuestion")}</p>
      <${Ct} label=${n("password")} value=${o} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${n("cancel")}</button>
        <button class="danger">${n("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Be({model:t}){let e=s=>{Vt(s),t.changed()},o=s=>t.speak(s);return a`<div class="page">
    <${w} title=${n("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${G} label=${n("theme")} options=${{auto:n("themeAuto"),light:n("themeLight"),dark:n("themeDark")}} value=${Yt()} change=${e} />
      <${G} label=${n("language")} options=${_t} value=${Z()} change=${o} />
    </div>
  </div>`}function Te({model:t,selected:e}){let[o,s]=h(!1),{archived:r}=t,i=ut(t,async()=>{o||await t.overview.archive(),s(!0)});return a`
    <${w} title=${n("archive")} back=${b("chats")} />
    <${D}
      items=${r}
      row=${c=>a`<${Jt} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${o&&!r.length&&a`<${M} icon="archive" text=${n("archiveEmpty")} />`}
    ${!o&&!r.length&&a`<${nt} model=${t} away=${i} />`}
  `}function ze({model:t}){let e=t.lists.get("blocks"),o=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return a`<div class="page">
    <${w} title=${n("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&a`<${M} icon="block" text=${n("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>a`<${S} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>o(s)}>${n("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function je({model:t,selected:e}){let o=t.lists.get("received"),s=t.lists.get("sent"),r=st(t.me),i=new Intl.Collator,c=[...t.lists.get("contacts")].sort((l,u)=>i.compare(t.people.name(l.user.id),t.people.name(u.user.id)));return a`
    <${w} title=${n("contacts")}>
      ${!r&&a`<a class="icon-button" href=${b("contacts","find")} aria-label=${n("findPeople")} title=${n("findPeople")}><${O} name="plus" /></a>`}
    <//>
    ${o.length>0&&a`<h2 class="list-head">${n("requests")}</h2>`}
    <ul class="rows">
      ${o.map(({user:l,greeting:u})=>a`<${De} key=${l.id} model=${t} user=${l} greeting=${u} />`)}
    </ul>
    ${s.length>0&&a`<h2 class="list-head">${n("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>a`<${S} key=${l.id} model=${t} person=${l} note=${n("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(o.length>0||s.length>0)&&a`<h2 class="list-head">${n("contacts")}</h2>`}
    ${!c.length&&a`<${M} icon="contacts" text=${n(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&a`<a class="button" href=${b("contacts","find")}>${n("findPeople")}</a>`}
    <//>`}
    <${D}
      items=${c}
      row=${({user:l})=>a`<${S} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function De({model:t,user:e,greeting:o}){let{api:s,lists:r}=t,i=(u,$)=>t.attempt(async()=>{await u(),r.again("received","contacts")},$),c=()=>i(()=>s.put(`/contacts/${e.id}`),n("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return a`<${S} model=${t} person=${e} note=${o||n("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${n("accept")}</button>
    <button type="button" class="small" onClick=${l}>${n("reject")}</button>
  <//>`}function Le({model:t}){let[e,o]=h(null),s=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return a`<div class="page">
    <${w} title=${n("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${n("devicesHint")}</p>
      <ul class="rows">
        ${s.map(i=>a`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${O} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${le(i)}</span>
                  <span class="row-note wrap">${He(i)}</span>
                </span>
              </span>
              ${!i.current&&a`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>o(i)}>${n("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&a`<${U} title=${n("revoke")} text=${n("revokeQuestion",{name:le(e)})} action=${n("revoke")} close=${()=>o(null)} then=${r} />`}
  </div>`}var le=t=>t.dialect==="v1"?`${n("v1Device")} (${t.name})`:t.name;function He(t){return t.current?n("thisDevice"):t.loggedIn?[t.used&&ot(t.used),t.address].filter(Boolean).join(" · "):n("loggedOut")}function Ge({model:t}){let[e,o]=h(""),s=T(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return a`<div class="page">
    <${w} title=${n("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${n("groupName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${n("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${at} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function _e({model:t}){let[e,o]=h(""),s=T(t,e,r=>L(t,r,50));return a`<div class="page">
    <${w} title=${n("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${n("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${n("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${S} key=${r.id} model=${t} person=${r} note=${$t(r)}>
              <button type="button" class="small" onClick=${()=>A("chats",`user-${r.id}`)}>${n("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var At=20;function qe({model:t,message:e,close:o}){let[s,r]=h(""),[i,c]=h(""),[l,u]=h([]),$=N(s.trim()),m=T(t,s,v=>v?L(t,v,At):[]),p=$?Ue(t,Qt(t,pe(t,t.all),$),m??[]):pe(t,t.listed);P(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let f=v=>{l.includes(v)?u(l.filter(F=>F!==v)):l.length<At?u([...l,v]):t.toast(n("tooManyChats",{most:At}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let F of l)t.forward(t.conversation(F),e,i.trim());t.toast(n(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),o()}},d=v=>a`<${We} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>f(v.name)} />`;return a`<${C} title=${n("forward")} close=${o}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${n("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(m||!$)&&a`<p class="hint">${n("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${n("chats")}><${D} items=${p} row=${d} /></div>
      <${y} label=${n("comment")} value=${i} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${o}>${n("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?n("sendTo",{count:l.length}):n("send")}</button>
      </div>
    </form>
  <//>`}function Ue(t,e,o){let s=new Set(e.map(({name:i})=>i)),r=o.map(({id:i})=>t.conversation(Mt({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>ft(t,i))]}function pe(t,e){let o=e.filter(i=>ft(t,i)),s=new Set(o.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Mt({user:i.id}))).filter(i=>!s.has(i.name)&&ft(t,i));return[...o,...r]}function We({model:t,conversation:e,chosen:o,toggle:s}){let r=t.titleOf(e);return a`<li class="row">
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
  </li>`}var bt=256;function vt({model:t,id:e,name:o,kind:s="person",value:r,change:i}){let c=Y(),[l,u]=h(!1);return a`<div class="picture-field">
    <${B} model=${t} id=${e} name=${o} picture=${r} kind=${s} size="large" />
    <input ref=${c} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&(u(!0),await t.attempt(async()=>i(await t.media.storeOpen(await Ke(p)))),u(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>c.current.click()}>${n("choosePicture")}</button>
      ${r&&a`<button type="button" onClick=${()=>i("")}>${n("noPicture")}</button>`}
    </div>
  </div>`}async function Ke(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(n("notAPicture"))}),o=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:bt,height:bt}),[r,i]=[(e.width-o)/2,(e.height-o)/2];s.getContext("2d")?.drawImage(e,r,i,o,o,0,0,bt,bt);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var Ye=()=>({open:n("policyOpen"),approval:n("policyApproval"),invite:n("policyInvite")});function wt({model:t,id:e,given:o,change:s,action:r,then:i}){let c=$=>m=>s({...o,[$]:m}),l=W(i);return a`<form class="form" onSubmit=${$=>{$.preventDefault(),l()}}>
    <${vt} model=${t} id=${e} name=${o.name} kind="group" value=${o.picture} change=${c("picture")} />
    <${y} label=${n("groupName")} value=${o.name} change=${c("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${n("description")} value=${o.description} change=${c("description")} rows="3" maxlength="1024" />
    <${G} label=${n("whoMayJoin")} options=${Ye()} value=${o.joinPolicy} change=${c("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ue({model:t,group:e,close:o}){let[s,r]=h(""),[i,c]=h(new Set),l=T(t,s,p=>p?L(t,p,20):me(t)),u=new Set(t.members.get(e.id).map(p=>p.id)),$=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),c(new Set([...i,p.id]))},n("invitedDone",{name:t.people.name(p.id)})),m=(l??me(t)).filter(p=>!u.has(p.id));return a`<${C} title=${n("invite")} close=${o}>
    <${y} label=${n("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!m.length&&s.trim()&&a`<p class="hint">${n("nobodyFound")}</p>`}
    <ul class="rows">
      ${m.map(p=>a`<${S} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>$(p)}>${n("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function me(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),o=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...o])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var Ve=168*36e5;function $e({model:t,group:e,close:o}){let[s,r]=h(null),i=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await c()});P(()=>{l(()=>{})},[]);let u=W(()=>l(()=>t.api.post(i,{expires:t.now()+Ve}))),$=p=>`${location.origin}${rt}/${b("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText($(p)),n("copied"));return a`<${C} title=${n("inviteLinks")} close=${o}>
    <p class="dim">${n("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>a`<li key=${p.id}>
            <input readonly value=${$(p)} aria-label=${n("inviteLink")} onFocus=${f=>f.currentTarget.select()} />
            <${q} icon="copy" label=${n("copy")} onClick=${()=>m(p)} />
            <${q} icon="recall" label=${n("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[n("used",{count:p.uses}),p.expires&&n("until",{time:ot(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${u}>${n("newLink")}</button>
    </div>
  <//>`}function fe({model:t,group:e}){let[o,s]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Ht(0),c=async()=>{let g=++i.current,d=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of d.flat())t.people.know({deleted:!1,...v});g===i.current&&s({requests:d[0],invitations:d[1],bans:d[2]})};P(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),u=`/groups/${e.id}`,$={requests:g=>a`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${u}/members/${g.id}`))}>${n("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/requests/${g.id}`))}>${n("reject")}</button>
    `,invitations:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/invitations/${g.id}`))}>${n("takeBack")}</button>
    `,bans:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/bans/${g.id}`))}>${n("unban")}</button>
    `},m=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(o).map(([g,d])=>({name:g,people:d.filter(({id:v})=>!m.has(v))})).map(({name:g,people:d})=>d.length>0&&a`<h2 class="list-head" key=${g}>${n(p[g])}</h2>
        <ul class="rows">
          ${d.map(v=>a`<${S} key=${v.id} model=${t} person=${v}>${$[g](v)}<//>`)}
        </ul>`)}var de={owner:0,admin:1,member:2},Xe=36e5,Je=10;function he({model:t,group:e}){let[o,s]=h(""),r=N(o.trim()),i=t.members.isComplete(e.id),c=T(t,o,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),u=r?l.filter(p=>t.people.namesOf(p).some(f=>N(f).includes(r))):l,$=(r&&c?t.members.found(e.id):[]).filter(({id:p})=>!l.some(f=>f.id===p)),m=[...u,...$].sort((p,f)=>de[p.role]-de[f.role]);return a`
    <h2 class="list-head">${n("membersTitle")}</h2>
    ${e.size>Je&&a`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${O} name="search" />
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
    ${r&&!m.length&&(i||c)&&a`<p class="hint" role="status">${n("nobodyFound")}</p>`}
    <${D}
      items=${m}
      row=${p=>a`<${Ze} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&a`<${J} load=${()=>t.members.more(e.id)} />`}
  `}function Ze({model:t,group:e,member:o}){let[s,r]=h(null),[i,c]=h(""),l=Y(),u=e.you.role,$=t.lasts(o.muted),p=(u==="owner"||u==="admin"&&o.role==="member")&&o.id!==t.state.user,f=`/groups/${e.id}/members/${o.id}`,g=k=>t.attempt(async()=>{await k(),await t.groups.refresh(e.id)}),d=k=>g(()=>t.api.put(`${f}/role`,{role:k})),v=[u==="owner"&&o.role==="member"&&{icon:"person",text:n("makeAdmin"),act:()=>d("admin")},u==="owner"&&o.role==="admin"&&{icon:"person",text:n("makeMember"),act:()=>d("member")},u==="owner"&&{icon:"person",text:n("makeOwner"),act:()=>c("makeOwner")},$?{icon:"bell",text:n("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:n("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+Xe}))},!$&&{icon:"mute",text:n("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:n("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:n("ban"),act:()=>c("ban"),danger:!0}],F={makeOwner:()=>d("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${o.id}`))},H=[o.role!=="member"&&n(o.role),$&&n("muted")].filter(Boolean).join(" · "),R=t.people.name(o.id);return a`<${S} model=${t} person=${o} note=${H}>
    ${p&&a`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${n("moreAbout",{name:R})}
        onClick=${()=>r(l.current)}
      >
        <${O} name="more" />
      </button>`}
    ${s&&a`<${Xt} anchor=${s} label=${R} close=${()=>r(null)} items=${v} />`}
    ${i&&a`<${U} title=${n(i)} text=${n(`${i}Question`,{name:R})} action=${n(i)} close=${()=>c("")} then=${F[i]} />`}
  <//>`}var Qe={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function to({model:t,id:e}){let[o,s]=h(""),{api:r,lists:i}=t,c=t.groups.get(e),l=c?.you.role,u=W(k=>k());if(P(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return a`<div class="page"><${w} title=${n("group")} back=${b("groups")} /></div>`;if(c.gone)return a`<div class="page">
      <${w} title=${c.name||n("group")} back=${b("groups")} />
      <p class="hint">${n(c.gone)}</p>
    </div>`;let $=(k,I="")=>t.attempt(async()=>{await k(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},I),m=()=>s(""),p=()=>A("chats",`group-${e}`),f=()=>$(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(n("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=k=>t.attempt(async()=>{await k(),i.again("groups"),A("groups")}),d=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",F=st(t.me),H=t.lasts(c.muted),R=c.archived===void 0;return a`<div class="page">
    <${w} title=${n("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${n(c.size===1?"oneMember":"members",{count:c.size})} · ${n(Qe[c.joinPolicy])}</p>
        ${!R&&a`<p class="dim" role="status">${n("groupArchived")}</p>`}
        ${c.description&&a`<p class="bio"><${dt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&a`<${E} icon="chats" text=${n("message")} kind="primary" act=${p} />`}
        ${l&&R&&!F&&a`<${E} icon="invite" text=${n("invite")} act=${()=>s("invite")} />`}
        ${v&&R&&!F&&a`<${E} icon="link" text=${n("inviteLinks")} act=${()=>s("links")} />`}
        ${v&&R&&a`<${E} icon="edit" text=${n("edit")} act=${()=>s("edit")} />`}
        ${v&&R&&a`<${E} icon=${H?"bell":"mute"} text=${n(H?"unmuteGroup":"muteGroup")}
            act=${()=>$(()=>H?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&R&&a`<div class="actions center">
          ${c.you.requested&&a`<button type="button" onClick=${()=>$(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${n("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&a`<button type="button" class="primary" onClick=${()=>u(f)}>${n(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&a`<${fe} model=${t} group=${c} />`}
      ${l&&a`<${he} model=${t} group=${c} />`}
      ${l&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(d)}><${O} name=${d==="leave"?"leave":"recall"} />${n(d)}</button>
        </div>`}
    </div>
    ${o==="edit"&&a`<${eo} model=${t} group=${c} close=${m} act=${$} />`}
    ${o==="invite"&&a`<${ue} model=${t} group=${c} close=${m} />`}
    ${o==="links"&&a`<${$e} model=${t} group=${c} close=${m} />`}
    ${o==="leave"&&a`<${U} title=${n("leave")} text=${n("leaveQuestion",{name:c.name})} action=${n("leave")} close=${m}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${o==="dissolve"&&a`<${U} title=${n("dissolve")} text=${n("dissolveQuestion",{name:c.name})} action=${n("dissolve")} close=${m}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function eo({model:t,group:e,close:o,act:s}){let{name:r,description:i,picture:c,joinPolicy:l}=e,[u,$]=h({name:r,description:i,picture:c,joinPolicy:l}),m=async()=>{await s(()=>t.api.patch(`/groups/${e.id}`,u),n("saved"))&&o()};return a`<${C} title=${n("editGroup")} close=${o}>
    <${wt} model=${t} id=${e.id} given=${u} change=${$} action=${n("save")} then=${m} />
  <//>`}function oo({model:t,selected:e}){let{api:o,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),c=s.get("asked"),l=st(t.me),u=f=>t.attempt(async()=>{await f(),s.again("groups","invitations","asked")}),$=f=>u(async()=>{await t.groups.change(()=>o.post(`/groups/${f.id}/join`)),A("chats",`group-${f.id}`)}),m=f=>u(()=>o.delete(`/groups/${f.id}/invitations/${t.state.user}`)),p=(f,g)=>a`<${at} key=${f.id} model=${t} group=${f} selected=${e===String(f.id)} ...${g} />`;return a`
    <${w} title=${n("groups")}>
      ${!l&&a`<a class="icon-button" href=${b("groups","find")} aria-label=${n("findGroups")} title=${n("findGroups")}><${O} name="search" /></a>`}
      ${!l&&a`<a class="icon-button" href=${b("groups","new")} aria-label=${n("newGroup")} title=${n("newGroup")}><${O} name="plus" /></a>`}
    <//>
    ${i.length>0&&a`<h2 class="list-head">${n("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(f=>a`<${at} key=${f.id} model=${t} group=${f} note=${n("invitedBy",{name:t.people.name(f.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>$(f)}>${n("join")}</button>
            <button type="button" class="small" onClick=${()=>m(f)}>${n("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&a`<h2 class="list-head">${n("asked")}</h2>`}
    <ul class="rows">${c.map(f=>p(f,{note:n("waitingForAnswer")}))}</ul>
    ${(i.length>0||c.length>0)&&a`<h2 class="list-head">${n("groups")}</h2>`}
    ${!r.length&&a`<${M} icon="groups" text=${n(l?"guestHint":"noGroups")}>
        ${!l&&a`<a class="button" href=${b("groups","find")}>${n("findGroups")}</a>`}
        ${!l&&a`<a class="button" href=${b("groups","new")}>${n("newGroup")}</a>`}
      <//>`}
    <${D} items=${r} row=${f=>p(f,{})} />
  `}function no({model:t,code:e}){let[o,s]=h(e),r=W(()=>t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:o.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),A("chats",l.name)})),i=c=>{c.preventDefault(),r()};return a`<div class="page">
    <${w} title=${n("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${n("joinByLinkHint")}</p>
        <${y} label=${n("inviteCode")} value=${o} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${n("join")}</button></div>
      </form>
    </div>
  </div>`}var so=[["keySwitch",K,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",K,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",K,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",K,"B"],["format_italic",K,"I"],["format_strike",K,"Shift","X"],["format_code",K,"E"],["format_link",K,"Shift","U"],["keyEscape","Esc"],["keyHelp",K,"/"]];function ro({close:t}){return a`<${C} title=${n("keys")} close=${t}>
    <dl class="keys">
      ${so.map(([e,...o])=>a`<div key=${e}>
            <dt>${n(e)}</dt>
            <dd>${o.map((s,r)=>a`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function io({model:t,id:e}){let[o,s]=h(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?n("noSuchMessage"):j(i))}};return P(()=>{t.ready&&r()},[t.ready]),a`<div class="page">
    <${w} title=${n("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${o?a`<div role="alert"><${M} icon="link" text=${o} /></div>`:a`<div class="spinner" role="status"><span class="hidden">${n("loading")}</span></div>`}
    </div>
  </div>`}function ao({model:t}){let{mentions:e}=t;return P(()=>{e.again(),t.changed()},[]),a`
    <${w} title=${n("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(o=>a`<${ht} key=${o.message.id} model=${t} found=${o} />`)}
    </ul>
    ${e.complete&&!e.items.length&&a`<${M} icon="at" text=${n("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&a`<${nt} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&a`<${J} key=${e.next} load=${()=>e.more()} />`}
  `}function co({model:t}){let[e,o]=h(""),s=T(t,e,$=>L(t,$,50)),r=N(e.trim()),i=t.lists.get("contacts").map(({user:$})=>$),c=i.filter($=>t.people.namesOf($).some(m=>N(m).includes(r))),l=(s??[]).filter(({id:$})=>!i.some(m=>m.id===$)),u=$=>a`<ul class="rows">
      ${$.map(m=>a`<${S} key=${m.id} model=${t} person=${m} note=${$t(m)} href=${b("chats",`user-${m.id}`)} />`)}
    </ul>`;return a`<div class="page">
    <${w} title=${n("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${n("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${c.length>0&&a`<h2 class="list-head">${n("contacts")}</h2>${u(c)}`}
      ${c.length>0&&l.length>0&&a`<h2 class="list-head">${n("otherPeople")}</h2>`}
      ${u(l)}
      ${s&&!c.length&&!l.length&&a`<${M} icon="search" text=${n("nobodyFound")} />`}
    </div>
  </div>`}function lo({model:t,code:e}){let[o,s]=h(""),[r,i]=h(""),[c,l]=h(""),u=W(async $=>{$.preventDefault(),i(""),l("");try{await te("POST","/v2/passwords",{body:{code:e,password:o},language:Z()}),t.toast(n("passwordSet")),A("chats")}catch(m){(mt(m)?l:i)(j(m))}});return a`<main class="entry">
    <form class="card" onSubmit=${u}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${n("setPassword")}</h1>
      <${pt} label=${n("password")} problem=${c} value=${o} change=${s} />
      ${r&&a`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${n("setPassword")}</button>
      <a href="#/">${n("logIn")}</a>
    </form>
  </main>`}function po({model:t}){let[e,o]=h({name:"",description:"",picture:"",joinPolicy:"open"}),s=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),A("chats",i.name)});return a`<div class="page">
    <${w} title=${n("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${wt} model=${t} given=${e} change=${o} action=${n("makeGroup")} then=${s} />
    </div>
  </div>`}function mo({model:t}){let[,e]=h(0),o=()=>e(c=>c+1),s=async c=>{await re(c==="on")||t.toast(n("noticesRefused"),"problem"),o()},r=c=>l=>{c(l==="on"),o(),t.changed()},i=(c,l,u)=>a`<${G} label=${c} options=${{on:n("on"),off:n("off")}} value=${l?"on":"off"} change=${u} />`;return a`<div class="page">
    <${w} title=${n("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${n(gt()?"noticesHint":"noticesImpossible")}</p>
      ${gt()&&i(n("notices"),ee(),s)}
      ${gt()&&i(n("noticesText"),ne(),r(ae))}
      ${i(n("sounds"),oe(),r(ie))}
      ${i(n("badge"),se(),r(ce))}
    </div>
  </div>`}var uo="1000";function Et({model:t,what:e,close:o}){let[s,r]=h(""),[i,c]=h(""),[l,u]=h(""),[$,m]=h(!1),p=async f=>{if(f.preventDefault(),!s)return u(n("reportReasonNeeded"));m(!0),u("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(n("reported")),o()}catch(g){u(j(g)),m(!1)}};return a`<${C} title=${n(e.message?"reportMessage":"reportPerson")} close=${o}>
    <form onSubmit=${p}>
      <p class="dim">${n(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${G} label=${n("reportReason")} options=${Wt()} value=${s} change=${r} />
      <${y} label=${n("reportText")} value=${i} change=${c} rows="3" maxlength=${uo} />
      ${l&&a`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${o}>${n("cancel")}</button>
        <button class="primary" disabled=${$}>${n("report")}</button>
      </div>
    </form>
  <//>`}function $o({model:t,id:e}){let[o,s]=h(""),{api:r,lists:i}=t,c=t.people.get(e);if(P(()=>{t.ready&&r.get(`/users/${e}`).then(d=>t.people.know(d)).then(t.changed,()=>{})},[e,t.ready]),!c)return a`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),u=e===t.state.user,m=Object.fromEntries(["contacts","received","sent","blocks"].map(d=>[d,i.has(d,e)])),p=i.get("received").find(({user:d})=>d.id===e)?.greeting,f=(d,v="")=>t.attempt(async()=>{await d(),i.again("contacts","received","sent","blocks")},v),g=()=>s("");return a`<div class="page">
    <${w} title=${n("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(c).filter(d=>d!==l).map(d=>a`<p key=${d} class="dim" dir="auto">${d}</p>`)}
        ${c.gender&&a`<p class="dim">${c.gender}</p>`}
        ${c.bio&&a`<p class="bio"><${dt} text=${c.bio} /></p>`}
        ${p&&a`<p class="greeting">${p}</p>`}
      </div>
      ${u?a`<div class="actions center"><a class="button" href=${b("settings","profile")}>${n("editProfile")}</a></div>`:!c.deleted&&a`<div class="tiles">
              <${E} icon="chats" text=${n("message")} kind="primary" act=${()=>A("chats",`user-${e}`)} />
              ${m.received&&a`<${E} icon="check" text=${n("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),n("accepted",{name:l}))} />`}
              ${m.received&&a`<${E} icon="close" text=${n("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${m.sent&&a`<${E} icon="close" text=${n("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!m.contacts&&!m.received&&!m.sent&&!m.blocks&&a`<${E} icon="invite" text=${n("addContact")} act=${()=>s("ask")} />`}
              ${m.contacts&&a`<${E} icon="edit" text=${n("setRemark")} act=${()=>s("remark")} />`}
              ${m.contacts&&a`<${E} icon="leave" text=${n("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${m.blocks?a`<${E} icon="check" text=${n("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:a`<${E} icon="block" text=${n("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${E} icon="flag" text=${n("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${o==="report"&&a`<${Et} model=${t} what=${{user:e}} close=${g} />`}
    ${o==="ask"&&a`<${ge} title=${n("addContact")} label=${n("greeting")} action=${n("sendRequest")} limit="255" close=${g}
        then=${d=>f(()=>r.put(`/contact-requests/sent/${e}`,d?{greeting:d}:{}),n("requestSent"))} />`}
    ${o==="remark"&&a`<${ge} title=${n("setRemark")} label=${n("remark")} action=${n("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${d=>f(()=>r.patch(`/contacts/${e}`,{remark:d}))} />`}
    ${o==="remove"&&a`<${U} title=${n("removeContact")} text=${n("removeContactQuestion",{name:l})} action=${n("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${o==="block"&&a`<${U} title=${n("block")} text=${n("blockQuestion",{name:l})} action=${n("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function ge({title:t,label:e,action:o,limit:s,first:r="",close:i,then:c,...l}){let[u,$]=h(r);return a`<${C} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),c(u.trim())}}>
      <${y} label=${e} value=${u} change=${$} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${n("cancel")}</button>
        <button class="primary">${o}</button>
      </div>
    </form>
  <//>`}var fo=10;function ho({model:t,conversation:e,files:o,close:s}){let[r,i]=h(()=>o.map((k,I)=>({key:I,file:k,text:""}))),[c,l]=h(!0),[u,$]=h(""),m=r.length>1&&r.length<=fo,p=m&&c,f=r.filter(({file:k})=>!t.media.problemWith(k)),g=(k,I)=>i(r.with(k,{...r[k],text:I})),d=k=>r.length>1?i(r.toSpliced(k,1)):s(),v=k=>i(r.with(k-1,r[k]).with(k,r[k-1])),F=k=>{if(k.preventDefault(),!f.length)return;let I=e.draft.replyTo?.id;if(I&&e.draft.cancel(),p)t.media.send(e,f.map(({file:x})=>x),{text:u,replyTo:I});else for(let{file:x,text:z}of f)t.media.send(e,x,{text:z,replyTo:I}),I=void 0;s()},H=r.length===1,R=n(St(r[0].file)==="picture"?"sendPicture":"sendFile");return a`<${C} title=${H?R:n("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${F}>
      ${r.map(({key:k,file:I,text:x},z)=>a`<${go} key=${k} model=${t} file=${I} text=${x} change=${p?null:_=>g(z,_)}>
            ${z>0&&a`<${q} icon="up" label=${n("earlier",{name:I.name})} onClick=${()=>v(z)} />`}
            ${!H&&a`<${q} icon="close" label=${n("removeFile",{name:I.name})} onClick=${()=>d(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${m&&a`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${n("asOneMessage")}</label>`}
        ${p&&a`<${y} label=${n("caption")} value=${u} change=${$} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${n("cancel")}</button>
          ${f.length>0&&a`<button class="primary">${n("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function go({model:t,file:e,text:o,change:s,children:r}){let[i,c]=h(""),[l,u]=h(e.type.startsWith("video/")),$=St(e),m=t.media.problemWith(e);return P(()=>{let p=URL.createObjectURL(e);return c(p),()=>URL.revokeObjectURL(p)},[e]),a`<div class="preview-item">
    ${$==="picture"&&i&&a`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&a`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>u(!1)}></video>`}
    ${$==="audio"&&i&&a`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${O} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Ut(e.size)}</span>${r}
    </p>
    ${m?a`<p class="problem" role="alert">${m}</p>`:s&&a`<${y} label=${n("caption")} value=${o} change=${s} maxlength="2000" />`}
  </div>`}function bo({model:t}){return t.me?a`<div class="page">
    <${w} title=${n("profile")} back=${b("settings")} />
    <div class="page-body"><${vo} model=${t} /></div>
  </div>`:null}function vo({model:t}){let[e,o]=h(t.me),[s,r]=h(t.me);P(()=>{let m=p=>f=>[f,p[f]===s[f]?t.me[f]:p[f]];o(p=>Object.fromEntries(Object.keys(t.me).map(m(p)))),r(t.me)},[t.me]);let i=m=>p=>o({...e,[m]:p}),[c,l]=h({}),u=m=>{m.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await wo(t,f);t.people.know(t.me),o({...t.me,...Object.fromEntries(Object.keys(g).map(d=>[d,e[d]]))}),l(g),Object.keys(g).length||t.toast(n("saved"))})},$=m=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:m}),t.people.know(t.me),o(p=>({...p,avatar:t.me.avatar}))},n("saved"));return a`<form class="form" onSubmit=${u}>
    <${vt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${$} />
    <${y} label=${n("displayName")} hint=${n("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${n("bio")} value=${e.bio} change=${i("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${y} label=${n("gender")} value=${e.gender} change=${i("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${y} label=${n("loginName")} hint=${n("loginNameHint")} value=${e.name} change=${i("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${n("onlyYouSee")}</h2>
    <${y} label=${n("phone")} value=${e.phone} change=${i("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${n("email")} value=${e.email} change=${i("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${n("save")}</button></div>
  </form>`}async function wo(t,e){let o={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;o[r]=j(s),delete e[r]}return o}var yt=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,o,s){this.model=e,this.path=`/groups/${o}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",o;try{o=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of o.items)this.#t(s);this.counts={read:o.read,received:o.received,none:o.none},this.next=o.next??""};#t({state:e,...o}){this.model.people.know({deleted:!1,...o});for(let s of Object.values(this.people))if(s.includes(o.id))return;this.people[e].push(o.id)}};var yo={read:"read",received:"delivered",none:"notDelivered"};function ko({model:t,conversation:e,message:o,close:s}){let[r]=h(e.others.size===0),[,i]=h(0),[c]=h(()=>new yt(t,e.place.group??0,o.id)),l=()=>c.more().finally(()=>i(f=>f+1)),u=e.readersOf(o),$=r?c.people:{read:u.read,received:u.received,none:u.neither},m=f=>a`<${S} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,p=([f,g])=>{let d=(r?c.counts?.[f]:$[f].length)??0;return d>0&&a`<h3 class="list-head" key=${`${f} head`}>${n(g)} · ${d}</h3>
        <${D} key=${f} items=${$[f]} row=${m} />`};return a`<${C} title=${n("readers")} close=${s}>
    ${Object.entries(yo).map(p)} ${r&&!c.complete&&a`<${J} load=${l} />`}
    ${c.refused&&a`<p role="alert">${j(c.refused)}</p>`}
    ${(r?c.nobody:!Object.values($).flat().length)&&a`<p>${n("nobodyToRead")}</p>`}
  <//>`}var xo=50;function Po({model:t}){let[e,o]=h(null),[s,r]=h(""),i=async(u="")=>{let $=await t.api.get(`/saved?limit=${xo}${u&&`&cursor=${encodeURIComponent(u)}`}`);o(u?m=>[...m??[],...$.items]:$.items),r($.next??"")},c=ut(t,i,[t.kept.version]),l=u=>t.kept.save(u,!1,n("unsaved"));return a`<div class="page">
    <${w} title=${n("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&a`<${nt} model=${t} away=${c} />`}
      ${e&&!e.length&&!s&&a`<${M} icon="save" text=${n("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(u=>a`<${Co} key=${u.message.id} model=${t} saved=${u} remove=${l} />`)}
      </ul>
      ${s&&a`<${J} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function Co({model:t,saved:{message:e,conversation:o},remove:s}){let r=t.conversation(o),i=t.titleOf(r);return a`<li class="row">
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
          <time class="row-time">${ot(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${q} icon="close" label=${n("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var Oo=200;function be({model:t,within:e,search:o,change:s}){let r=lt(),{sender:i,media:c,since:l,until:u}=o,$={"":n("anyKind"),picture:n("pictures"),audio:n("voiceMessages"),file:n("files")},m=qt(t.now());return a`<details class="filters" open=${!!(i||c||l||u)}>
    <summary>${n("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${n("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${we(t,e).slice(0,Oo).map(({id:p,name:f})=>a`<option key=${p} value=${f}></option>`)}</datalist>
      <${y} label=${n("sinceDay")} type="date" value=${l} max=${m} change=${p=>s({since:p})} />
      <${y} label=${n("untilDay")} type="date" value=${u} max=${m} change=${p=>s({until:p})} />
      <${G} label=${n("kind")} options=${$} value=${c} change=${p=>s({media:p})} />
    </div>
  </details>`}var Ft=({words:t,sender:e,media:o})=>!!(t.trim()||e.trim()||o);async function ve(t,e,{words:o,sender:s,media:r,since:i,until:c}){let l={};if(o.trim()&&(l.q=o.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,Pt(i)))),c&&(l.before=String(Math.max(0,Pt(c,1)))),!s.trim())return l;let u=await Mo(t,e,s.trim());return u&&{...l,sender:String(u)}}async function Mo(t,e,o){let s=N(o),r=i=>{let c=i.flatMap(({id:l,name:u})=>[u,...t.people.namesOf({id:l})].map($=>({id:l,name:N($)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(we(t,e))??r((await L(t,o,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function we(t,e){let{user:o,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=o!==void 0?[o]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:n("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var Rt={words:"",sender:"",media:"",since:"",until:""};function So({model:t,within:e,given:o}){let s=t.searches.get(e),[r,i]=h(o&&o!==s?.search.words.trim()?{...Rt,words:o}:s?.search??Rt),[c,l]=h(s?.search===r?s:{search:r,items:null,next:"",query:""}),[u,$]=h(""),[m,p]=h(!1),f=Y(),g=Y(),d=e?t.conversation(e).place:{},{items:v,next:F}=c,H=async(x,z,_="")=>{p(!0),await t.attempt(async()=>{let tt=await t.api.get(`/search?${z}${_&&`&cursor=${encodeURIComponent(_)}`}`),it=_?[...v,...tt.items]:tt.items,et={search:x,query:z,items:it,next:tt.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,et),l(et)}),p(!1)},R=async(x=r)=>{if($(""),!Ft(x))return $(n("searchNeeds"));let z=x.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let _=new URLSearchParams({limit:"30"});e==="announcements"&&_.set("announcements","true");for(let[it,et]of Object.entries(d))_.set(it,String(et));let tt=await ve(t,e,x).catch(()=>null);if(!tt)return $(n("nobodyFound"));for(let[it,et]of Object.entries(tt))_.set(it,et);return H(x,_.toString())};P(()=>{t.ready&&!v&&Ft(r)&&R(),t.ready&&d.group!==void 0&&t.members.load(d.group).catch(()=>{})},[t.ready]),P(()=>{if(!o||o===r.words.trim())return;let x={...Rt,words:o};i(x),R(x)},[o]),Lt(()=>{f.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let k=x=>{x.preventDefault(),R()};return a`<div class="page" ref=${f} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=f.current.scrollTop)}}>
    <${w} title=${e?n("searchIn",{name:t.titleOf(t.conversation(e))}):n("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${k}>
        <div class="filter">
          <${O} name="search" />
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
        <${be} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${u&&a`<p class="problem" role="alert">${u}</p>`}
      ${v&&!v.length&&!F&&!m&&a`<${M} icon="search" text=${n("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(x=>a`<${ht} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${m&&a`<div class="spinner small" role="status"><span class="hidden">${n("loading")}</span></div>`}
      ${F&&!m&&a`<div class="actions center"><button type="button" onClick=${()=>H(c.search,c.query,F)}>${n("more")}</button></div>`}
    </div>
  </div>`}var Ao=[["profile","person"],["account","lock"],["devices","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function Eo({model:t,selected:e}){let o=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return a`
    <${w} title=${n("settings")} />
    ${t.me&&a`<div class="portrait small">
        <${B} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${Ao.map(([s,r])=>a`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${O} name=${r} />${n(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&a`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${O} name="keyboard" />${n("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${O} name="megaphone" />${n("announcements")}</a>
      </li>
      ${Kt(t.me,"moderator")&&a`<li class="row">
          <a class="row-main setting" href=${b("admin")}><${O} name="lock" />${n("administration")}</a>
        </li>`}
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${o}><${O} name="leave" />${n("logOut")}</button>
      </li>
    </ul>
  `}var Q=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(Q||{}),Fo=[0,1],ke=[1,0],xe=[2,3],Pe=[3,2],Ro={L:Fo,M:ke,Q:xe,H:Pe},Io=/^\d*$/,No=/^[A-Z0-9 $%*+./:-]*$/,It="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",zt=1,jt=40,ye=3,Bo=3,kt=40,To=10,Ce=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],Oe=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Nt=class{constructor(e,o,s,r){if(this.version=e,this.ecc=o,e<zt||e>jt)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let u=0;u<8;u++){this.applyMask(u),this.drawFormatBits(u);let $=this.getPenaltyScore();$<l&&(r=u,l=$),this.applyMask(u)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,o){return e>=0&&e<this.size&&o>=0&&o<this.size&&this.modules[o][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,Q.Timing),this.setFunctionModule(s,6,s%2===0,Q.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),o=e.length;for(let s=0;s<o;s++)for(let r=0;r<o;r++)s===0&&r===0||s===0&&r===o-1||s===o-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let o=this.ecc[1]<<3|e,s=o;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(o<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,V(r,i));this.setFunctionModule(8,7,V(r,6)),this.setFunctionModule(8,8,V(r,7)),this.setFunctionModule(7,8,V(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,V(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,V(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,V(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let o=this.version<<12|e;for(let s=0;s<18;s++){let r=V(o,s),i=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(i,c,r),this.setFunctionModule(c,i,r)}}drawFinderPattern(e,o){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=o+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,i!==2&&i!==4,Q.Position)}}drawAlignmentPattern(e,o){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,o+s,Math.max(Math.abs(r),Math.abs(s))!==1,Q.Alignment)}setFunctionModule(e,o,s,r=Q.Function){this.modules[o][e]=s,this.types[o][e]=r}addEccAndInterleave(e){let o=this.version,s=this.ecc;if(e.length!==xt(o,s))throw new RangeError("Invalid argument");let r=Oe[s[0]][o],i=Ce[s[0]][o],c=Math.floor(Bt(o)/8),l=r-c%r,u=Math.floor(c/r),$=[],m=Uo(i);for(let f=0,g=0;f<r;f++){let d=e.slice(g,g+u-i+(f<l?0:1));g+=d.length;let v=Wo(d,m);f<l&&d.push(0),$.push(d.concat(v))}let p=[];for(let f=0;f<$[0].length;f++)$.forEach((g,d)=>{(f!==u-i||d>=l)&&p.push(g[f])});return p}drawCodewords(e){if(e.length!==Math.floor(Bt(this.version)/8))throw new RangeError("Invalid argument");let o=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let c=s-i,u=(s+1&2)===0?this.size-1-r:r;!this.types[u][c]&&o<e.length*8&&(this.modules[u][c]=V(e[o>>>3],7-(o&7)),o++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let o=0;o<this.size;o++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+o)%2===0;break;case 1:r=o%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+o)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(o/2))%2===0;break;case 5:r=s*o%2+s*o%3===0;break;case 6:r=(s*o%2+s*o%3)%2===0;break;case 7:r=((s+o)%2+s*o%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[o][s]&&r&&(this.modules[o][s]=!this.modules[o][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let c=!1,l=0,u=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[i][$]===c?(l++,l===5?e+=ye:l>5&&e++):(this.finderPenaltyAddHistory(l,u),c||(e+=this.finderPenaltyCountPatterns(u)*kt),c=this.modules[i][$],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,u)*kt}for(let i=0;i<this.size;i++){let c=!1,l=0,u=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[$][i]===c?(l++,l===5?e+=ye:l>5&&e++):(this.finderPenaltyAddHistory(l,u),c||(e+=this.finderPenaltyCountPatterns(u)*kt),c=this.modules[$][i],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,u)*kt}for(let i=0;i<this.size-1;i++)for(let c=0;c<this.size-1;c++){let l=this.modules[i][c];l===this.modules[i][c+1]&&l===this.modules[i+1][c]&&l===this.modules[i+1][c+1]&&(e+=Bo)}let o=0;for(let i of this.modules)o=i.reduce((c,l)=>c+(l?1:0),o);let s=this.size*this.size,r=Math.ceil(Math.abs(o*20-s*10)/s)-1;return e+=r*To,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,o=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=o)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let o=e[1],s=o>0&&e[2]===o&&e[3]===o*3&&e[4]===o&&e[5]===o;return(s&&e[0]>=o*4&&e[6]>=o?1:0)+(s&&e[6]>=o*4&&e[0]>=o?1:0)}finderPenaltyTerminateAndCount(e,o,s){return e&&(this.finderPenaltyAddHistory(o,s),o=0),o+=this.size,this.finderPenaltyAddHistory(o,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,o){o[0]===0&&(e+=this.size),o.pop(),o.unshift(e)}};function X(t,e,o){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)o.push(t>>>s&1)}function V(t,e){return(t>>>e&1)!==0}var ct=class{constructor(e,o,s){if(this.mode=e,this.numChars=o,this.bitData=s,o<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},zo=[1,10,12,14],jo=[2,9,11,13],Do=[4,8,16,16];function Me(t,e){return t[Math.floor((e+7)/17)+1]}function Se(t){let e=[];for(let o of t)X(o,8,e);return new ct(Do,t.length,e)}function Lo(t){if(!Ae(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let o=0;o<t.length;){let s=Math.min(t.length-o,3);X(Number.parseInt(t.substring(o,o+s),10),s*3+1,e),o+=s}return new ct(zo,t.length,e)}function Ho(t){if(!Ee(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],o;for(o=0;o+2<=t.length;o+=2){let s=It.indexOf(t.charAt(o))*45;s+=It.indexOf(t.charAt(o+1)),X(s,11,e)}return o<t.length&&X(It.indexOf(t.charAt(o)),6,e),new ct(jo,t.length,e)}function Go(t){return t===""?[]:Ae(t)?[Lo(t)]:Ee(t)?[Ho(t)]:[Se(qo(t))]}function Ae(t){return Io.test(t)}function Ee(t){return No.test(t)}function _o(t,e){let o=0;for(let s of t){let r=Me(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;o+=4+r+s.bitData.length}return o}function qo(t){t=encodeURI(t);let e=[];for(let o=0;o<t.length;o++)t.charAt(o)!=="%"?e.push(t.charCodeAt(o)):(e.push(Number.parseInt(t.substring(o+1,o+3),16)),o+=2);return e}function Bt(t){if(t<zt||t>jt)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let o=Math.floor(t/7)+2;e-=(25*o-10)*o-55,t>=7&&(e-=36)}return e}function xt(t,e){return Math.floor(Bt(t)/8)-Ce[e[0]][t]*Oe[e[0]][t]}function Uo(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let o=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Tt(e[r],o),r+1<e.length&&(e[r]^=e[r+1]);o=Tt(o,2)}return e}function Wo(t,e){let o=e.map(s=>0);for(let s of t){let r=s^o.shift();o.push(0),e.forEach((i,c)=>o[c]^=Tt(i,r))}return o}function Tt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let o=0;for(let s=7;s>=0;s--)o=o<<1^(o>>>7)*285,o^=(e>>>s&1)*t;return o}function Ko(t,e,o=1,s=40,r=-1,i=!0){if(!(zt<=o&&o<=s&&s<=jt)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=o;;c++){let p=xt(c,e)*8,f=_o(t,c);if(f<=p){l=f;break}if(c>=s)throw new RangeError("Data too long")}for(let p of[ke,xe,Pe])i&&l<=xt(c,p)*8&&(e=p);let u=[];for(let p of t){X(p.mode[0],4,u),X(p.numChars,Me(p.mode,c),u);for(let f of p.getData())u.push(f)}let $=xt(c,e)*8;X(0,Math.min(4,$-u.length),u),X(0,(8-u.length%8)%8,u);for(let p=236;u.length<$;p^=253)X(p,8,u);let m=Array.from({length:Math.ceil(u.length/8)},()=>0);return u.forEach((p,f)=>m[f>>>3]|=p<<7-(f&7)),new Nt(c,e,m,r)}function Fe(t,e){let{ecc:o="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:c=-1,border:l=1}=e||{},u=typeof t=="string"?Go(t):Array.isArray(t)?[Se(t)]:void 0;if(!u)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let $=Ko(u,Ro[o],r,i,c,s),m=Yo({version:$.version,maskPattern:$.mask,size:$.size,data:$.modules,types:$.types},l);return e?.invert&&(m.data=m.data.map(p=>p.map(f=>!f))),e?.onEncoded?.(m),m}function Yo(t,e=1){if(!e)return t;let{size:o}=t,s=o+e*2;t.size=s,t.data.forEach(i=>{for(let c=0;c<e;c++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=Q.Border;t.types.forEach(i=>{for(let c=0;c<e;c++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function Vo({model:t,close:e}){let o=`${location.origin}${rt}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(o),n("copied")),r=()=>navigator.share({title:"HiChat",url:o}).catch(()=>{});return a`<${C} title=${n("invitePeople")} close=${e}>
    <p class="dim">${n("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${o} aria-label=${n("address")} onFocus=${i=>i.currentTarget.select()} />
      <${q} icon="copy" label=${n("copy")} onClick=${s} />
    </div>
    <${Xo} text=${o} />
    ${"share"in navigator&&a`<div class="actions"><button type="button" class="primary" onClick=${r}>${n("share")}</button></div>`}
  <//>`}function Xo({text:t}){let{size:e,path:o}=Gt(()=>{let s=Fe(t,{border:2}),r=s.data.flatMap((i,c)=>i.flatMap((l,u)=>l?[`M${u} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return a`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${n("qrCode",{text:t})}><path d=${o} /></svg>`}var Dt=12;function Jo({model:t,close:e}){let[o,s]=h(""),[r,i]=h(0),c=Y(),l=lt(),u=T(t,o,d=>d?L(t,d,Dt):[]),$=N(o.trim());P(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let m=Zo(t,o.trim(),u??[]),p=Math.min(r,m.length-1);P(()=>c.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let f=({name:d})=>{e(),A("chats",d)},g=d=>{if(d.isComposing||d.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(d.key in v&&m.length)i((p+v[d.key]+m.length)%m.length);else if(d.key==="Enter"&&m.length)f(m[p]);else return;d.preventDefault()};return a`<${C} title=${n("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${n("goToHint")}
      aria-label=${n("goTo")}
      aria-autocomplete="list"
      aria-expanded=${m.length>0}
      aria-controls=${l}
      aria-activedescendant=${m.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${d=>{s(d.currentTarget.value),i(0)}}
    />
    ${m.length>0&&a`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${n("goTo")}>
        ${m.map((d,v)=>a`<li
              key=${d.name}
              id=${`${l}-${v}`}
              class=${v===p?"row selected":"row"}
              role="option"
              aria-selected=${v===p}
              onMouseDown=${F=>F.preventDefault()}
              onClick=${()=>f(d)}
            >
              <span class="row-main">
                <${B} model=${t} id=${d.id} name=${d.title} picture=${d.picture} kind=${d.kind} size="small" />
                <span class="row-title">${d.title}</span>
                ${d.why&&a`<span class="row-note">${d.why}</span>`}
                <${Zt} unread=${d.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${u&&$&&!m.length?n("nothingFound"):""}</p>
  <//>`}function Zo(t,e,o){let s=m=>Math.max(m.last?.time??0,m.touched??0),r=t.all.filter(m=>m!==t.watching||e).sort((m,p)=>s(p)-s(m)).map(m=>({id:m.id,name:m.name,title:t.titleOf(m),picture:t.pictureOf(m),kind:m.kind,unread:m.unread,names:m.place.user!==void 0?t.people.namesOf({id:m.place.user}):void 0}));if(!e)return r.slice(0,Dt);let i=({id:m,avatar:p})=>({id:m,name:`user-${m}`,title:t.people.name(m),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:m})}),c=t.lists.get("contacts").map(({user:m})=>i(m)),l=m=>Qo(m.map(p=>({...p,place:p.name,name:p.title})),e),u=[...l(r),...l(c),...o.map(m=>({...i(m),place:`user-${m.id}`}))],$=new Map;for(let m of u)$.has(m.place)||$.set(m.place,{...m,name:m.place});return[...$.values()].slice(0,Dt)}function Qo(t,e){let o=N(e),s=Ot(t.map(c=>({...c,names:[c.title]})),e),r=new Set(s.map(({place:c})=>c)),i=Ot(t,e).filter(({place:c})=>!r.has(c));return[...s,...i.map(c=>({...c,why:c.names?.find(l=>N(l).includes(o))}))]}export{Re as Account,Be as Appearance,Te as Archive,ze as Blocked,je as Contacts,Le as Devices,Ge as FindGroups,_e as FindPeople,qe as Forward,to as Group,oo as Groups,no as Join,ro as Keys,io as Linked,ao as Mentions,co as NewChat,po as NewGroup,lo as NewPassword,mo as Notices,$o as Person,ho as Preview,bo as Profile,ko as Readers,Et as Report,Po as Saved,So as Search,Eo as Settings,Vo as Share,Jo as Switcher};
