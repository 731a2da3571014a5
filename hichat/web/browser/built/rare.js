import{$ as oe,A as et,Aa as he,Ba as ge,C as R,Ca as be,D as Z,Da as ve,E as Qt,Ea as Bt,F as te,H as ee,I,J as O,K as z,L as M,M as v,N,O as pt,P as w,Q as C,R as Q,S as at,T as dt,U as tt,X as B,_ as ct,a as d,aa as ne,b as P,ba as Nt,c as Kt,ca as se,d as Yt,da as re,e as Vt,ea as ie,f as a,fa as ae,g as Y,ga as ce,h as ut,ha as le,i as S,ia as pe,j as W,ja as _,k as Xt,ka as D,l as T,la as j,ma as G,n as o,na as ht,o as rt,oa as me,p as Jt,pa as Rt,q as Mt,qa as It,r as Zt,ra as gt,s as k,sa as bt,t as Et,ta as K,u as $t,ua as vt,v as ft,va as wt,w as Ft,wa as ue,x as q,xa as $e,y as J,ya as fe,z as it,za as de}from"./client.js";function qe({model:t}){let[e,n]=d(""),[s,r]=d(""),[i,c]=d(""),[l,p]=d(""),[f,u]=d(!1),m=async $=>{$.preventDefault(),c(""),p("");let g=h=>Z(c,ft)(h)||Z(p,Ft)(h);await t.attempt(()=>t.link.ask("changePassword",e,s,T()),o("passwordChanged"),g)&&(n(""),r(""))};return a`<div class="page">
    <${w} title=${o("account")} back=${v("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${m}>
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
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${o("deleteAccount")}</button></div>
      </div>
    </div>
    ${f&&a`<${Ue} model=${t} close=${()=>u(!1)} />`}
  </div>`}function Ue({model:t,close:e}){let[n,s]=d(""),[r,i]=d(""),c=async l=>{l.preventDefault(),i("");let p=()=>t.api.post("/me/deletion",{password:n});await t.attempt(p,"",Z(i,Ft))&&(e(),location.hash="",await t.link.ask("forget"))};return a`<${C} title=${o("deleteAccount")} close=${e}>
    <form onSubmit=${c}>
      <p>${o("deleteAccountQuestion")}</p>
      <${Et} label=${o("password")} problem=${r} value=${n} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${o("cancel")}</button>
        <button class="danger">${o("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function We({model:t}){let e=s=>{ae(s),t.changed()},n=s=>t.speak(s);return a`<div class="page">
    <${w} title=${o("appearance")} back=${v("settings")} />
    <div class="page-body form">
      <${q} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${ie()} change=${e} />
      <${q} label=${o("language")} options=${Xt} value=${T()} change=${n} />
    </div>
  </div>`}function Ke({model:t,selected:e}){let[n,s]=d(!1),{archived:r}=t,i=dt(t,async()=>{n||await t.overview.archive(),s(!0)});return a`
    <${w} title=${o("archive")} back=${v("chats")} />
    <${_}
      items=${r}
      row=${c=>a`<${le} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${n&&!r.length&&a`<${O} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&a`<${at} model=${t} away=${i} />`}
  `}function Ye({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return a`<div class="page">
    <${w} title=${o("blocked")} back=${v("settings")} />
    <div class="page-body">
      ${!e.length&&a`<${O} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>a`<${N} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Ve({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=ct(t.me),i=new Intl.Collator,c=[...t.lists.get("contacts")].sort((l,p)=>i.compare(t.people.name(l.user.id),t.people.name(p.user.id)));return a`
    <${w} title=${o("contacts")}>
      ${!r&&a`<a class="icon-button" href=${v("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${S} name="plus" /></a>`}
    <//>
    ${n.length>0&&a`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:l,greeting:p})=>a`<${Xe} key=${l.id} model=${t} user=${l} greeting=${p} />`)}
    </ul>
    ${s.length>0&&a`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>a`<${N} key=${l.id} model=${t} person=${l} note=${o("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&a`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!c.length&&a`<${O} icon="contacts" text=${o(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&a`<a class="button" href=${v("contacts","find")}>${o("findPeople")}</a>`}
    <//>`}
    <${_}
      items=${c}
      row=${({user:l})=>a`<${N} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function Xe({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=(p,f)=>t.attempt(async()=>{await p(),r.again("received","contacts")},f),c=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return a`<${N} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function Je({model:t}){let[e,n]=d(""),s=j(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return a`<div class="page">
    <${w} title=${o("findGroups")} back=${v("groups")} />
    <div class="page-body">
      <${k} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${O} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${pt} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function Ze({model:t}){let[e,n]=d(""),s=j(t,e,r=>G(t,r,50));return a`<div class="page">
    <${w} title=${o("findPeople")} back=${v("contacts")} />
    <div class="page-body">
      <${k} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${O} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${N} key=${r.id} model=${t} person=${r} note=${ht(r)}>
              <button type="button" class="small" onClick=${()=>M("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Qe(){let[t,e]=d(""),[n,s]=d(""),[r,i]=d(!1),c=I(async l=>{l.preventDefault(),s("");try{await et("POST","/v2/password/forgotten",{body:{name:t},language:T()}),i(!0)}catch(p){s(R(p))}});return a`<main class="entry">
    <form class="card" onSubmit=${c}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${J}>${o("forgotten")}<//>
      ${r?a`<p role="status">${o("forgottenSent")}</p>`:a`<p class="hint">${o("forgottenHint")}</p>
              <${k} label=${o("nameOrAddress")} value=${t} change=${e} problem=${n} autocomplete="username" required maxlength="254" />
              <button class="primary">${o("sendLink")}</button>`}
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}var Tt=20;function to({model:t,message:e,close:n}){let[s,r]=d(""),[i,c]=d(""),[l,p]=d([]),f=D(s.trim()),u=j(t,s,b=>b?G(t,b,Tt):[]),m=f?eo(t,me(t,we(t,t.all),f),u??[]):we(t,t.listed);P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let $=b=>{l.includes(b)?p(l.filter(E=>E!==b)):l.length<Tt?p([...l,b]):t.toast(o("tooManyChats",{most:Tt}),"problem")},g=b=>{if(b.preventDefault(),!!l.length){for(let E of l)t.forward(t.conversation(E),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},h=b=>a`<${oo} key=${b.name} model=${t} conversation=${b} chosen=${l.includes(b.name)} toggle=${()=>$(b.name)} />`;return a`<${C} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${k} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!m.length&&(u||!f)&&a`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${_} items=${m} row=${h} /></div>
      <${k} label=${o("comment")} value=${i} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function eo(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(It({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>gt(t,i))]}function we(t,e){let n=e.filter(i=>gt(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(It({user:i.id}))).filter(i=>!s.has(i.name)&&gt(t,i));return[...n,...r]}function oo({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return a`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${n} onChange=${s} />
      <${z}
        model=${t}
        id=${e.id}
        name=${r}
        picture=${t.pictureOf(e)}
        kind=${e.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${r}</span></span>
    </label>
  </li>`}var yt=256;function kt({model:t,id:e,name:n,kind:s="person",value:r,change:i}){let c=Y(),[l,p]=d(!1);return a`<div class="picture-field">
    <${z} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${c} type="file" hidden accept="image/*" onChange=${async u=>{let m=u.currentTarget.files[0];u.currentTarget.value="",m&&(p(!0),await t.attempt(async()=>i(await t.media.storeOpen(await no(m)))),p(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>c.current.click()}>${o("choosePicture")}</button>
      ${r&&a`<button type="button" onClick=${()=>i("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function no(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:yt,height:yt}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,yt,yt);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var xt=t=>["name_taken","name_reserved","invalid_field"].includes(t.code),so=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function Pt({model:t,id:e,given:n,change:s,action:r,problem:i,then:c}){let l=u=>m=>s({...n,[u]:m}),p=I(c);return a`<form class="form" onSubmit=${u=>{u.preventDefault(),p()}}>
    <${kt} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${l("picture")} />
    <${k} label=${o("groupName")} problem=${i} value=${n.name} change=${l("name")} required maxlength="64" autocomplete="off" />
    <${k} label=${o("description")} value=${n.description} change=${l("description")} rows="3" maxlength="1024" />
    <${q} label=${o("whoMayJoin")} options=${so()} value=${n.joinPolicy} change=${l("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ke({model:t,group:e,close:n}){let[s,r]=d(""),[i,c]=d(new Set),l=j(t,s,m=>m?G(t,m,20):ye(t)),p=new Set(t.members.get(e.id).map(m=>m.id)),f=m=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${m.id}`),c(new Set([...i,m.id]))},o("invitedDone",{name:t.people.name(m.id)})),u=(l??ye(t)).filter(m=>!p.has(m.id));return a`<${C} title=${o("invite")} close=${n}>
    <${k} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!u.length&&s.trim()&&a`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${u.map(m=>a`<${N} key=${m.id} model=${t} person=${m}>
            <button type="button" class="small" disabled=${i.has(m.id)} onClick=${()=>f(m)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function ye(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var ro=168*36e5;function xe({model:t,group:e,close:n}){let[s,r]=d(null),i=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(i)).items),l=m=>t.attempt(async()=>{await m(),await c()});P(()=>{l(()=>{})},[]);let p=I(()=>l(()=>t.api.post(i,{expires:t.now()+ro}))),f=m=>`${location.origin}${it}/${v("join",m.code)}`,u=m=>t.attempt(()=>navigator.clipboard.writeText(f(m)),o("copied"));return a`<${C} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(m=>a`<li key=${m.id}>
            <input readonly value=${f(m)} aria-label=${o("inviteLink")} onFocus=${$=>$.currentTarget.select()} />
            <${W} icon="copy" label=${o("copy")} onClick=${()=>u(m)} />
            <${W} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${m.id}`))} />
            <small>${[o("used",{count:m.uses}),m.expires&&o("until",{time:rt(m.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${p}>${o("newLink")}</button>
    </div>
  <//>`}function Pe({model:t,group:e}){let[n,s]=d({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Yt(0),c=async()=>{let g=++i.current,h=await Promise.all(["requests","invitations","bans"].map(b=>r.all(`/groups/${e.id}/${b}`)));for(let b of h.flat())t.people.know({deleted:!1,...b});g===i.current&&s({requests:h[0],invitations:h[1],bans:h[2]})};P(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),p=`/groups/${e.id}`,f={requests:g=>a`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${p}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${p}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${p}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${p}/bans/${g.id}`))}>${o("unban")}</button>
    `},u=new Set(t.members.get(e.id).map(({id:g})=>g)),m={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,h])=>({name:g,people:h.filter(({id:b})=>!u.has(b))})).map(({name:g,people:h})=>h.length>0&&a`<h2 class="list-head" key=${g}>${o(m[g])}</h2>
        <ul class="rows">
          ${h.map(b=>a`<${N} key=${b.id} model=${t} person=${b}>${f[g](b)}<//>`)}
        </ul>`)}var Ce={owner:0,admin:1,member:2},io=36e5,ao=10;function Oe({model:t,group:e}){let[n,s]=d(""),r=D(n.trim()),i=t.members.isComplete(e.id),c=j(t,n,m=>m&&!i?t.members.find(e.id,m):null),l=t.members.get(e.id),p=r?l.filter(m=>t.people.namesOf(m).some($=>D($).includes(r))):l,f=(r&&c?t.members.found(e.id):[]).filter(({id:m})=>!l.some($=>$.id===m)),u=[...p,...f].sort((m,$)=>Ce[m.role]-Ce[$.role]);return a`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>ao&&a`<form class="filter" role="search" onSubmit=${m=>m.preventDefault()}>
        <${S} name="search" />
        <input
          type="search"
          value=${n}
          maxlength="64"
          autocomplete="off"
          placeholder=${o("findMembers")}
          aria-label=${o("findMembers")}
          onInput=${m=>s(m.currentTarget.value)}
        />
      </form>`}
    ${r&&!u.length&&(i||c)&&a`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${_}
      items=${u}
      row=${m=>a`<${co} key=${m.id} model=${t} group=${e} member=${m} />`}
    />
    ${!i&&!r&&a`<${tt} load=${()=>t.members.more(e.id)} />`}
  `}function co({model:t,group:e,member:n}){let[s,r]=d(null),[i,c]=d(""),l=Y(),p=e.you.role,f=t.lasts(n.muted),m=(p==="owner"||p==="admin"&&n.role==="member")&&n.id!==t.state.user,$=`/groups/${e.id}/members/${n.id}`,g=y=>t.attempt(async()=>{await y(),await t.groups.refresh(e.id)}),h=y=>g(()=>t.api.put(`${$}/role`,{role:y})),b=[p==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>h("admin")},p==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>h("member")},p==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>c("makeOwner")},f?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${$}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${$}/mute`,{until:t.now()+io}))},!f&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${$}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>c("ban"),danger:!0}],E={makeOwner:()=>h("owner"),removeMember:()=>g(()=>t.api.delete($)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},H=[n.role!=="member"&&o(n.role),f&&o("muted")].filter(Boolean).join(" · "),F=t.people.name(n.id);return a`<${N} model=${t} person=${n} note=${H}>
    ${m&&a`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:F})}
        onClick=${()=>r(l.current)}
      >
        <${S} name="more" />
      </button>`}
    ${s&&a`<${ce} anchor=${s} label=${F} close=${()=>r(null)} items=${b} />`}
    ${i&&a`<${Q} title=${o(i)} text=${o(`${i}Question`,{name:F})} action=${o(i)} close=${()=>c("")} then=${E[i]} />`}
  <//>`}var lo={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function po({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,c=t.groups.get(e),l=c?.you.role,p=I(y=>y());if(P(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return a`<div class="page"><${w} title=${o("group")} back=${v("groups")} /></div>`;if(c.gone)return a`<div class="page">
      <${w} title=${c.name||o("group")} back=${v("groups")} />
      <p class="hint">${o(c.gone)}</p>
    </div>`;let f=(y,A="",x=void 0)=>t.attempt(async()=>{await y(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},A,x),u=()=>s(""),m=()=>M("chats",`group-${e}`),$=()=>f(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),m()}),g=y=>t.attempt(async()=>{await y(),i.again("groups"),M("groups")}),h=l==="owner"?"dissolve":"leave",b=l==="owner"||l==="admin",E=ct(t.me),H=t.lasts(c.muted),F=c.archived===void 0;return a`<div class="page">
    <${w} title=${o("group")} back=${v("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${z} model=${t} id=${e} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${o(c.size===1?"oneMember":"members",{count:c.size})} · ${o(lo[c.joinPolicy])}</p>
        ${!F&&a`<p class="dim" role="status">${o("groupArchived")}</p>`}
        ${c.description&&a`<p class="bio"><${bt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&a`<${B} icon="chats" text=${o("message")} kind="primary" act=${m} />`}
        ${l&&F&&!E&&a`<${B} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${b&&F&&!E&&a`<${B} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${b&&F&&a`<${B} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${b&&F&&a`<${B} icon=${H?"bell":"mute"} text=${o(H?"unmuteGroup":"muteGroup")}
            act=${()=>f(()=>H?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&F&&a`<div class="actions center">
          ${c.you.requested&&a`<button type="button" onClick=${()=>f(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&a`<button type="button" class="primary" onClick=${()=>p($)}>${o(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${b&&a`<${Pe} model=${t} group=${c} />`}
      ${l&&a`<${Oe} model=${t} group=${c} />`}
      ${l&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(h)}><${S} name=${h==="leave"?"leave":"recall"} />${o(h)}</button>
        </div>`}
    </div>
    ${n==="edit"&&a`<${mo} model=${t} group=${c} close=${u} act=${f} />`}
    ${n==="invite"&&a`<${ke} model=${t} group=${c} close=${u} />`}
    ${n==="links"&&a`<${xe} model=${t} group=${c} close=${u} />`}
    ${n==="leave"&&a`<${Q} title=${o("leave")} text=${o("leaveQuestion",{name:c.name})} action=${o("leave")} close=${u}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&a`<${Q} title=${o("dissolve")} text=${o("dissolveQuestion",{name:c.name})} action=${o("dissolve")} close=${u}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function mo({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:c,joinPolicy:l}=e,[p,f]=d({name:r,description:i,picture:c,joinPolicy:l}),[u,m]=d(""),$=async()=>{m(""),await s(()=>t.api.patch(`/groups/${e.id}`,p),o("saved"),Z(m,xt))&&n()};return a`<${C} title=${o("editGroup")} close=${n}>
    <${Pt} model=${t} id=${e.id} given=${p} change=${f} action=${o("save")} problem=${u} then=${$} />
  <//>`}function uo({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),c=s.get("asked"),l=ct(t.me),p=$=>t.attempt(async()=>{await $(),s.again("groups","invitations","asked")}),f=$=>p(async()=>{await t.groups.change(()=>n.post(`/groups/${$.id}/join`)),M("chats",`group-${$.id}`)}),u=$=>p(()=>n.delete(`/groups/${$.id}/invitations/${t.state.user}`)),m=($,g)=>a`<${pt} key=${$.id} model=${t} group=${$} selected=${e===String($.id)} ...${g} />`;return a`
    <${w} title=${o("groups")}>
      ${!l&&a`<a class="icon-button" href=${v("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${S} name="search" /></a>`}
      ${!l&&a`<a class="icon-button" href=${v("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${S} name="plus" /></a>`}
    <//>
    ${i.length>0&&a`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map($=>a`<${pt} key=${$.id} model=${t} group=${$} note=${o("invitedBy",{name:t.people.name($.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>f($)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>u($)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&a`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${c.map($=>m($,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||c.length>0)&&a`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&a`<${O} icon="groups" text=${o(l?"guestHint":"noGroups")}>
        ${!l&&a`<a class="button" href=${v("groups","find")}>${o("findGroups")}</a>`}
        ${!l&&a`<a class="button" href=${v("groups","new")}>${o("newGroup")}</a>`}
      <//>`}
    <${_} items=${r} row=${$=>m($,{})} />
  `}function $o({model:t,code:e}){let[n,s]=d(e),r=I(()=>t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),M("chats",l.name)})),i=c=>{c.preventDefault(),r()};return a`<div class="page">
    <${w} title=${o("joinByLink")} back=${v("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${o("joinByLinkHint")}</p>
        <${k} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var fo=[["keySwitch",K,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",K,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",K,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",K,"B"],["format_italic",K,"I"],["format_strike",K,"Shift","X"],["format_code",K,"E"],["format_link",K,"Shift","U"],["keyEscape","Esc"],["keyHelp",K,"/"]];function ho({close:t}){return a`<${C} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${fo.map(([e,...n])=>a`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>a`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function go({model:t,id:e}){let[n,s]=d(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(v("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):R(i))}};return P(()=>{t.ready&&r()},[t.ready]),a`<div class="page">
    <${w} title=${o("aMessage")} back=${v("chats")} />
    <div class="page-body">
      ${n?a`<div role="alert"><${O} icon="link" text=${n} /></div>`:a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function bo({model:t}){let{mentions:e}=t;return P(()=>{e.again(),t.changed()},[]),a`
    <${w} title=${o("mentions")} back=${v("chats")} />
    <ul class="rows">
      ${e.items.map(n=>a`<${vt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&a`<${O} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&a`<${at} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&a`<${tt} key=${e.next} load=${()=>e.more()} />`}
  `}function vo({model:t}){let[e,n]=d(""),s=j(t,e,f=>G(t,f,50)),r=D(e.trim()),i=t.lists.get("contacts").map(({user:f})=>f),c=i.filter(f=>t.people.namesOf(f).some(u=>D(u).includes(r))),l=(s??[]).filter(({id:f})=>!i.some(u=>u.id===f)),p=f=>a`<ul class="rows">
      ${f.map(u=>a`<${N} key=${u.id} model=${t} person=${u} note=${ht(u)} href=${v("chats",`user-${u.id}`)} />`)}
    </ul>`;return a`<div class="page">
    <${w} title=${o("newChat")} back=${v("chats")} />
    <div class="page-body">
      <${k} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${c.length>0&&a`<h2 class="list-head">${o("contacts")}</h2>${p(c)}`}
      ${c.length>0&&l.length>0&&a`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${p(l)}
      ${s&&!c.length&&!l.length&&a`<${O} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}var wo="hichat.devices",Se=({state:t})=>`${wo}.${t.user}.${t.made}`;function Ct(t,e){localStorage.setItem(Se(t),String(e))}async function Ae(t){let e=t.me?.newestDevice;if(!e)return[];let n=localStorage.getItem(Se(t));if((n===null||Number(n)>e)&&Ct(t,e),n===null||Number(n)>=e)return[];let r=(await t.api.all("/me/sessions")).filter(({id:i,current:c,loggedIn:l})=>i>Number(n)&&!c&&l);return r.length||Ct(t,e),r}function yo({model:t}){let[e,n]=d([]),s=t.me?.newestDevice??0;P(()=>{let l=!1;return Ae(t).then(p=>l||n(p)).catch(()=>{}),()=>l=!0},[s]);let[r]=e,i=()=>{Ct(t,r.id),n(e.slice(1))},c=async()=>{let l=()=>t.api.delete(`/me/sessions/${r.id}`).catch(p=>{if(p.code!=="no_such_device")throw p});await t.attempt(l,o("deviceRefused"))&&(i(),M("settings","account"))};return a`<div class=${r?"trouble":""} role="status">
    ${r&&a`<span>${o("newDevice",{name:r.name,time:rt(r.created),address:r.address||o("addressUnknown")})}</span>
        <button type="button" class="small" onClick=${i}>${o("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${c}>${o("itWasNotMe")}</button>`}
  </div>`}function ko({model:t,code:e}){let[n,s]=d(""),[r,i]=d(""),[c,l]=d(""),p=I(async f=>{f.preventDefault(),i(""),l("");try{await et("POST","/v2/passwords",{body:{code:e,password:n},language:T()}),t.toast(o("passwordSet")),M("chats")}catch(u){(ft(u)?l:i)(R(u))}});return a`<main class="entry">
    <form class="card" onSubmit=${p}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${J}>${o("setPassword")}<//>
      <${$t} label=${o("password")} problem=${c} value=${n} change=${s} />
      ${r&&a`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${o("setPassword")}</button>
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}function xo({model:t}){let[e,n]=d({name:"",description:"",picture:"",joinPolicy:"open"}),[s,r]=d(""),i=()=>{r("");let c=async()=>{let l=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let p=t.conversation(`group-${l.id}`);Object.assign(p,{gone:!1,listed:!0,touched:t.now()}),M("chats",p.name)};return t.attempt(c,"",Z(r,xt))};return a`<div class="page">
    <${w} title=${o("newGroup")} back=${v("groups")} />
    <div class="page-body">
      <${Pt} model=${t} given=${e} change=${n} action=${o("makeGroup")} problem=${s} then=${i} />
    </div>
  </div>`}function Po({model:t}){let[,e]=d(0),n=()=>e(c=>c+1),s=async c=>{await he(c==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=c=>l=>{c(l==="on"),n(),t.changed()},i=(c,l,p)=>a`<${q} label=${c} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${p} />`;return a`<div class="page">
    <${w} title=${o("notices")} back=${v("settings")} />
    <div class="page-body form">
      <p class="dim">${o(wt()?"noticesHint":"noticesImpossible")}</p>
      ${wt()&&i(o("notices"),ue(),s)}
      ${wt()&&i(o("noticesText"),fe(),r(be))}
      ${i(o("sounds"),$e(),r(ge))}
      ${i(o("badge"),de(),r(ve))}
    </div>
  </div>`}var Co="1000";function Dt({model:t,what:e,close:n}){let[s,r]=d(""),[i,c]=d(""),[l,p]=d(""),[f,u]=d(!1),m=async $=>{if($.preventDefault(),!s)return p(o("reportReasonNeeded"));u(!0),p("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(o("reported")),n()}catch(g){p(R(g)),u(!1)}};return a`<${C} title=${o(e.message?"reportMessage":"reportPerson")} close=${n}>
    <form onSubmit=${m}>
      <p class="dim">${o(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${q} label=${o("reportReason")} options=${Qt()} value=${s} change=${r} />
      <${k} label=${o("reportText")} value=${i} change=${c} rows="3" maxlength=${Co} />
      ${l&&a`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${f}>${o("report")}</button>
      </div>
    </form>
  <//>`}function Oo({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,c=t.people.get(e);if(P(()=>{t.ready&&r.get(`/users/${e}`).then(h=>t.people.know(h)).then(t.changed,()=>{})},[e,t.ready]),!c)return a`<div class="page"><${w} title="" back=${v("contacts")} /></div>`;let l=t.people.name(e),p=e===t.state.user,u=Object.fromEntries(["contacts","received","sent","blocks"].map(h=>[h,i.has(h,e)])),m=i.get("received").find(({user:h})=>h.id===e)?.greeting,$=(h,b="")=>t.attempt(async()=>{await h(),i.again("contacts","received","sent","blocks")},b),g=()=>s("");return a`<div class="page">
    <${w} title=${o("profile")} back=${v("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${z} model=${t} id=${e} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(c).filter(h=>h!==l).map(h=>a`<p key=${h} class="dim" dir="auto">${h}</p>`)}
        ${c.gender&&a`<p class="dim">${c.gender}</p>`}
        ${c.bio&&a`<p class="bio"><${bt} text=${c.bio} /></p>`}
        ${m&&a`<p class="greeting">${m}</p>`}
      </div>
      ${p?a`<div class="actions center"><a class="button" href=${v("settings","profile")}>${o("editProfile")}</a></div>`:!c.deleted&&a`<div class="tiles">
              <${B} icon="chats" text=${o("message")} kind="primary" act=${()=>M("chats",`user-${e}`)} />
              ${u.received&&a`<${B} icon="check" text=${o("accept")} act=${()=>$(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${u.received&&a`<${B} icon="close" text=${o("reject")} act=${()=>$(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${u.sent&&a`<${B} icon="close" text=${o("takeBack")} act=${()=>$(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!u.contacts&&!u.received&&!u.sent&&!u.blocks&&a`<${B} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${u.contacts&&a`<${B} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${u.contacts&&a`<${B} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${u.blocks?a`<${B} icon="check" text=${o("unblock")} act=${()=>$(()=>r.delete(`/blocks/${e}`))} />`:a`<${B} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${B} icon="flag" text=${o("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${n==="report"&&a`<${Dt} model=${t} what=${{user:e}} close=${g} />`}
    ${n==="ask"&&a`<${Me} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${h=>$(()=>r.put(`/contact-requests/sent/${e}`,h?{greeting:h}:{}),o("requestSent"))} />`}
    ${n==="remark"&&a`<${Me} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${h=>$(()=>r.patch(`/contacts/${e}`,{remark:h}))} />`}
    ${n==="remove"&&a`<${Q} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>$(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&a`<${Q} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>$(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function Me({title:t,label:e,action:n,limit:s,first:r="",close:i,then:c,...l}){let[p,f]=d(r);return a`<${C} title=${t} close=${i}>
    <form onSubmit=${m=>{m.preventDefault(),i(),c(p.trim())}}>
      <${k} label=${e} value=${p} change=${f} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var So=10;function Ao({model:t,conversation:e,files:n,close:s}){let[r,i]=d(()=>n.map((y,A)=>({key:A,file:y,text:""}))),[c,l]=d(!0),[p,f]=d(""),u=r.length>1&&r.length<=So,m=u&&c,$=r.filter(({file:y})=>!t.media.problemWith(y)),g=(y,A)=>i(r.with(y,{...r[y],text:A})),h=y=>r.length>1?i(r.toSpliced(y,1)):s(),b=y=>i(r.with(y-1,r[y]).with(y,r[y-1])),E=y=>{if(y.preventDefault(),!$.length)return;let A=e.draft.replyTo?.id;if(A&&e.draft.cancel(),m)t.media.send(e,$.map(({file:x})=>x),{text:p,replyTo:A});else for(let{file:x,text:L}of $)t.media.send(e,x,{text:L,replyTo:A}),A=void 0;s()},H=r.length===1,F=o(Bt(r[0].file)==="picture"?"sendPicture":"sendFile");return a`<${C} title=${H?F:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${E}>
      ${r.map(({key:y,file:A,text:x},L)=>a`<${Mo} key=${y} model=${t} file=${A} text=${x} change=${m?null:U=>g(L,U)}>
            ${L>0&&a`<${W} icon="up" label=${o("earlier",{name:A.name})} onClick=${()=>b(L)} />`}
            ${!H&&a`<${W} icon="close" label=${o("removeFile",{name:A.name})} onClick=${()=>h(L)} />`}
          <//>`)}
      <div class="preview-foot">
        ${u&&a`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${o("asOneMessage")}</label>`}
        ${m&&a`<${k} label=${o("caption")} value=${p} change=${f} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${$.length>0&&a`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function Mo({model:t,file:e,text:n,change:s,children:r}){let[i,c]=d(""),[l,p]=d(e.type.startsWith("video/")),f=Bt(e),u=t.media.problemWith(e);return P(()=>{let m=URL.createObjectURL(e);return c(m),()=>URL.revokeObjectURL(m)},[e]),a`<div class="preview-item">
    ${f==="picture"&&i&&a`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&a`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>p(!1)}></video>`}
    ${f==="audio"&&i&&a`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${S} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Zt(e.size)}</span>${r}
    </p>
    ${u?a`<p class="problem" role="alert">${u}</p>`:s&&a`<${k} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function Eo({model:t}){return t.me?a`<div class="page">
    <${w} title=${o("profile")} back=${v("settings")} />
    <div class="page-body"><${Fo} model=${t} /></div>
  </div>`:null}function Fo({model:t}){let[e,n]=d(t.me),[s,r]=d(t.me);P(()=>{let u=m=>$=>[$,m[$]===s[$]?t.me[$]:m[$]];n(m=>Object.fromEntries(Object.keys(t.me).map(u(m)))),r(t.me)},[t.me]);let i=u=>m=>n({...e,[u]:m}),[c,l]=d({}),p=u=>{u.preventDefault();let $=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await No(t,$);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(h=>[h,e[h]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},f=u=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:u}),t.people.know(t.me),n(m=>({...m,avatar:t.me.avatar}))},o("saved"));return a`<form class="form" onSubmit=${p}>
    <${kt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${f} />
    <${k} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${k} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${k} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${k} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${k} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${k} label=${o("email")} value=${e.email} change=${i("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function No(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=R(s),delete e[r]}return n}var Ot=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,n,s){this.model=e,this.path=`/groups/${n}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",n;try{n=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of n.items)this.#t(s);this.counts={read:n.read,received:n.received,none:n.none},this.next=n.next??""};#t({state:e,...n}){this.model.people.know({deleted:!1,...n});for(let s of Object.values(this.people))if(s.includes(n.id))return;this.people[e].push(n.id)}};var Ro={read:"read",received:"delivered",none:"notDelivered"};function Io({model:t,conversation:e,message:n,close:s}){let[r]=d(e.others.size===0),[,i]=d(0),[c]=d(()=>new Ot(t,e.place.group??0,n.id)),l=()=>c.more().finally(()=>i($=>$+1)),p=e.readersOf(n),f=r?c.people:{read:p.read,received:p.received,none:p.neither},u=$=>a`<${N} key=${$} model=${t} person=${t.people.get($)??{id:$}} />`,m=([$,g])=>{let h=(r?c.counts?.[$]:f[$].length)??0;return h>0&&a`<h3 class="list-head" key=${`${$} head`}>${o(g)} · ${h}</h3>
        <${_} key=${$} items=${f[$]} row=${u} />`};return a`<${C} title=${o("readers")} close=${s}>
    ${Object.entries(Ro).map(m)} ${r&&!c.complete&&a`<${tt} load=${l} />`}
    ${c.refused&&a`<p role="alert">${R(c.refused)}</p>`}
    ${(r?c.nobody:!Object.values(f).flat().length)&&a`<p>${o("nobodyToRead")}</p>`}
  <//>`}var Bo=50;function To({model:t}){let[e,n]=d(null),[s,r]=d(""),i=async(p="")=>{let f=await t.api.get(`/saved?limit=${Bo}${p&&`&cursor=${encodeURIComponent(p)}`}`);n(p?u=>[...u??[],...f.items]:f.items),r(f.next??"")},c=dt(t,i,[t.kept.version]),l=p=>t.kept.save(p,!1,o("unsaved"));return a`<div class="page">
    <${w} title=${o("savedMessages")} back=${v("chats")} stays />
    <div class="page-body">
      ${!e&&a`<${at} model=${t} away=${c} />`}
      ${e&&!e.length&&!s&&a`<${O} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(p=>a`<${Do} key=${p.message.id} model=${t} saved=${p} remove=${l} />`)}
      </ul>
      ${s&&a`<${tt} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function Do({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return a`<li class="row">
    <a class="row-main" href=${v("chats",n,e.id)}>
      <${z}
        model=${t}
        id=${r.id}
        name=${i}
        picture=${t.pictureOf(r)}
        kind=${r.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${i}</span>
          <time class="row-time">${rt(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${W} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var zo=200;function Ee({model:t,within:e,search:n,change:s}){let r=ut(),{sender:i,media:c,since:l,until:p}=n,f={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},u=Jt(t.now());return a`<details class="filters" open=${!!(i||c||l||p)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${k} label=${o("sender")} value=${i} change=${m=>s({sender:m})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${Ne(t,e).slice(0,zo).map(({id:m,name:$})=>a`<option key=${m} value=${$}></option>`)}</datalist>
      <${k} label=${o("sinceDay")} type="date" value=${l} max=${u} change=${m=>s({since:m})} />
      <${k} label=${o("untilDay")} type="date" value=${p} max=${u} change=${m=>s({until:m})} />
      <${q} label=${o("kind")} options=${f} value=${c} change=${m=>s({media:m})} />
    </div>
  </details>`}var zt=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function Fe(t,e,{words:n,sender:s,media:r,since:i,until:c}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,Mt(i)))),c&&(l.before=String(Math.max(0,Mt(c,1)))),!s.trim())return l;let p=await jo(t,e,s.trim());return p&&{...l,sender:String(p)}}async function jo(t,e,n){let s=D(n),r=i=>{let c=i.flatMap(({id:l,name:p})=>[p,...t.people.namesOf({id:l})].map(f=>({id:l,name:D(f)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(Ne(t,e))??r((await G(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function Ne(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var jt={words:"",sender:"",media:"",since:"",until:""};function Ho({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=d(n&&n!==s?.search.words.trim()?{...jt,words:n}:s?.search??jt),[c,l]=d(s?.search===r?s:{search:r,items:null,next:"",query:""}),[p,f]=d(""),[u,m]=d(!1),$=Y(),g=Y(),h=e?t.conversation(e).place:{},{items:b,next:E}=c,H=async(x,L,U="")=>{m(!0),await t.attempt(async()=>{let nt=await t.api.get(`/search?${L}${U&&`&cursor=${encodeURIComponent(U)}`}`),lt=U?[...b,...nt.items]:nt.items,st={search:x,query:L,items:lt,next:nt.next??"",scroll:$.current?.scrollTop??0};t.searches.set(e,st),l(st)}),m(!1)},F=async(x=r)=>{if(f(""),!zt(x))return f(o("searchNeeds"));let L=x.words.trim();history.replaceState(history.state,"",v("search",e,...L?[L]:[]));let U=new URLSearchParams({limit:"30"});e==="announcements"&&U.set("announcements","true");for(let[lt,st]of Object.entries(h))U.set(lt,String(st));let nt=await Fe(t,e,x).catch(()=>null);if(!nt)return f(o("nobodyFound"));for(let[lt,st]of Object.entries(nt))U.set(lt,st);return H(x,U.toString())};P(()=>{t.ready&&!b&&zt(r)&&F(),t.ready&&h.group!==void 0&&t.members.load(h.group).catch(()=>{})},[t.ready]),P(()=>{if(!n||n===r.words.trim())return;let x={...jt,words:n};i(x),F(x)},[n]),Kt(()=>{$.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let y=x=>{x.preventDefault(),F()};return a`<div class="page" ref=${$} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=$.current.scrollTop)}}>
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
      ${p&&a`<p class="problem" role="alert">${p}</p>`}
      ${b&&!b.length&&!E&&!u&&a`<${O} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(b??[]).map(x=>a`<${vt} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${u&&a`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${E&&!u&&a`<div class="actions center"><button type="button" onClick=${()=>H(c.search,c.query,E)}>${o("more")}</button></div>`}
    </div>
  </div>`}var Lo=({model:t,step:e,again:n})=>a`<${e.enrols?Go:_o} model=${t} step=${e} again=${n} />`;function _o({model:t,step:e,again:n}){let{ticket:s,factors:r}=e,i=r.filter(y=>y!=="passkey"),[c,l]=d(i[0]),[p,f]=d(""),[u,m]=d(!1),[$,g]=d(""),h=async y=>{g("");try{await y()}catch(A){g(R(A))}},b=y=>t.link.ask("showFactor",{ticket:s,remember:u,...y},T()),E=I(y=>(y.preventDefault(),h(()=>b({[c]:p})))),H=I(()=>h(async()=>{let{state:y,options:A}=await et("POST","/session/passkey/begin",{body:{ticket:s},language:T()});await b({passkey:{state:y,credential:await ee(A)}})})),F=()=>{l(i.find(y=>y!==c)),f(""),g("")};return a`<form class="card" onSubmit=${E}>
    <${J}>${o("secondStep")}<//>
    ${c==="totp"&&a`<${Nt} hint=${o("appCodeHint")} value=${p} change=${f} />`}
    ${c==="recovery"&&a`<${k} label=${o("recoveryCode")} hint=${o("recoveryCodeHint")} value=${p} change=${f} autocomplete="off" autocapitalize="none" spellcheck=${!1} required maxlength="64" />`}
    <label class="check"><input type="checkbox" checked=${u} onChange=${()=>m(!u)} /><span>${o("rememberDevice")}</span></label>
    ${$&&a`<p class="problem" role="alert">${$}</p>`}
    ${c&&a`<button class="primary">${o("logIn")}</button>`}
    ${r.includes("passkey")&&te()&&a`<button type="button" onClick=${H}>${o("withPasskey")}</button>`}
    ${i.length>1&&a`<button type="button" class="plain" onClick=${F}>${o(c==="totp"?"useRecoveryCode":"useAppCode")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}function Go({model:t,step:e,again:n}){let{ticket:s}=e,[r,i]=d(null),[c,l]=d(""),[p,f]=d(null),[u,m]=d("");P(()=>{et("POST","/session/enrol",{body:{ticket:s},language:T()}).then(i,b=>m(R(b)))},[s]);let $=I(async h=>{h.preventDefault(),m("");try{f(await t.link.ask("confirmApp",s,c,T()))}catch(b){m(R(b))}}),g=I(h=>(h.preventDefault(),t.link.ask("goOn").catch(b=>m(R(b)))));return p?a`<form class="card" onSubmit=${g}>
      <${J} key="codes">${o("recoveryCodes")}<//>
      <${re} model=${t} codes=${p} />
      ${u&&a`<p class="problem" role="alert">${u}</p>`}
      <button class="primary">${o("codesKept")}</button>
    </form>`:a`<form class="card" onSubmit=${$}>
    <${J} key="app">${o("setUpApp")}<//>
    <p>${o("roleNeedsFactor")}</p>
    ${r&&a`<${se} told=${r} /><${Nt} hint=${o("appCodeNewHint")} value=${c} change=${l} />`}
    ${u&&a`<p class="problem" role="alert">${u}</p>`}
    ${r&&a`<button class="primary">${o("logIn")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}var qo=[["profile","person"],["account","lock"],["security","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function Uo({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return a`
    <${w} title=${o("settings")} />
    ${t.me&&a`<div class="portrait small">
        <${z} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${qo.map(([s,r])=>a`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${v("settings",s)} aria-current=${e===s?"page":void 0}>
              <${S} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&a`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${S} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${v("chats","announcements")}><${S} name="megaphone" />${o("announcements")}</a>
      </li>
      ${oe(t.me,"moderator")&&a`<li class="row">
          <a class="row-main setting" href=${v("admin")}><${S} name="lock" />${o("administration")}</a>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${`${it}/docs/web-client${T()==="zh"?".zh":""}`} target="_blank" rel="noreferrer"><${S} name="info" />${o("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${S} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var ot=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(ot||{}),Wo=[0,1],Ie=[1,0],Be=[2,3],Te=[3,2],Ko={L:Wo,M:Ie,Q:Be,H:Te},Yo=/^\d*$/,Vo=/^[A-Z0-9 $%*+./:-]*$/,Ht="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",qt=1,Ut=40,Re=3,Xo=3,St=40,Jo=10,De=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],ze=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Lt=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<qt||e>Ut)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let p=0;p<8;p++){this.applyMask(p),this.drawFormatBits(p);let f=this.getPenaltyScore();f<l&&(r=p,l=f),this.applyMask(p)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,ot.Timing),this.setFunctionModule(s,6,s%2===0,ot.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,V(r,i));this.setFunctionModule(8,7,V(r,6)),this.setFunctionModule(8,8,V(r,7)),this.setFunctionModule(7,8,V(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,V(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,V(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,V(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=V(n,s),i=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(i,c,r),this.setFunctionModule(c,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=n+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,i!==2&&i!==4,ot.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,ot.Alignment)}setFunctionModule(e,n,s,r=ot.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==At(n,s))throw new RangeError("Invalid argument");let r=ze[s[0]][n],i=De[s[0]][n],c=Math.floor(_t(n)/8),l=r-c%r,p=Math.floor(c/r),f=[],u=an(i);for(let $=0,g=0;$<r;$++){let h=e.slice(g,g+p-i+($<l?0:1));g+=h.length;let b=cn(h,u);$<l&&h.push(0),f.push(h.concat(b))}let m=[];for(let $=0;$<f[0].length;$++)f.forEach((g,h)=>{($!==p-i||h>=l)&&m.push(g[$])});return m}drawCodewords(e){if(e.length!==Math.floor(_t(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let c=s-i,p=(s+1&2)===0?this.size-1-r:r;!this.types[p][c]&&n<e.length*8&&(this.modules[p][c]=V(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let c=!1,l=0,p=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[i][f]===c?(l++,l===5?e+=Re:l>5&&e++):(this.finderPenaltyAddHistory(l,p),c||(e+=this.finderPenaltyCountPatterns(p)*St),c=this.modules[i][f],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,p)*St}for(let i=0;i<this.size;i++){let c=!1,l=0,p=[0,0,0,0,0,0,0];for(let f=0;f<this.size;f++)this.modules[f][i]===c?(l++,l===5?e+=Re:l>5&&e++):(this.finderPenaltyAddHistory(l,p),c||(e+=this.finderPenaltyCountPatterns(p)*St),c=this.modules[f][i],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,p)*St}for(let i=0;i<this.size-1;i++)for(let c=0;c<this.size-1;c++){let l=this.modules[i][c];l===this.modules[i][c+1]&&l===this.modules[i+1][c]&&l===this.modules[i+1][c+1]&&(e+=Xo)}let n=0;for(let i of this.modules)n=i.reduce((c,l)=>c+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*Jo,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function X(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function V(t,e){return(t>>>e&1)!==0}var mt=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},Zo=[1,10,12,14],Qo=[2,9,11,13],tn=[4,8,16,16];function je(t,e){return t[Math.floor((e+7)/17)+1]}function He(t){let e=[];for(let n of t)X(n,8,e);return new mt(tn,t.length,e)}function en(t){if(!Le(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);X(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new mt(Zo,t.length,e)}function on(t){if(!_e(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=Ht.indexOf(t.charAt(n))*45;s+=Ht.indexOf(t.charAt(n+1)),X(s,11,e)}return n<t.length&&X(Ht.indexOf(t.charAt(n)),6,e),new mt(Qo,t.length,e)}function nn(t){return t===""?[]:Le(t)?[en(t)]:_e(t)?[on(t)]:[He(rn(t))]}function Le(t){return Yo.test(t)}function _e(t){return Vo.test(t)}function sn(t,e){let n=0;for(let s of t){let r=je(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function rn(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function _t(t){if(t<qt||t>Ut)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function At(t,e){return Math.floor(_t(t)/8)-De[e[0]][t]*ze[e[0]][t]}function an(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Gt(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Gt(n,2)}return e}function cn(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,c)=>n[c]^=Gt(i,r))}return n}function Gt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function ln(t,e,n=1,s=40,r=-1,i=!0){if(!(qt<=n&&n<=s&&s<=Ut)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=n;;c++){let m=At(c,e)*8,$=sn(t,c);if($<=m){l=$;break}if(c>=s)throw new RangeError("Data too long")}for(let m of[Ie,Be,Te])i&&l<=At(c,m)*8&&(e=m);let p=[];for(let m of t){X(m.mode[0],4,p),X(m.numChars,je(m.mode,c),p);for(let $ of m.getData())p.push($)}let f=At(c,e)*8;X(0,Math.min(4,f-p.length),p),X(0,(8-p.length%8)%8,p);for(let m=236;p.length<f;m^=253)X(m,8,p);let u=Array.from({length:Math.ceil(p.length/8)},()=>0);return p.forEach((m,$)=>u[$>>>3]|=m<<7-($&7)),new Lt(c,e,u,r)}function Ge(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:c=-1,border:l=1}=e||{},p=typeof t=="string"?nn(t):Array.isArray(t)?[He(t)]:void 0;if(!p)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let f=ln(p,Ko[n],r,i,c,s),u=pn({version:f.version,maskPattern:f.mask,size:f.size,data:f.modules,types:f.types},l);return e?.invert&&(u.data=u.data.map(m=>m.map($=>!$))),e?.onEncoded?.(u),u}function pn(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let c=0;c<e;c++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=ot.Border;t.types.forEach(i=>{for(let c=0;c<e;c++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function mn({model:t,close:e}){let n=`${location.origin}${it}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return a`<${C} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${W} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${un} text=${n} />
    ${"share"in navigator&&a`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function un({text:t}){let{size:e,path:n}=Vt(()=>{let s=Ge(t,{border:2}),r=s.data.flatMap((i,c)=>i.flatMap((l,p)=>l?[`M${p} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return a`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var Wt=12;function $n({model:t,close:e}){let[n,s]=d(""),[r,i]=d(0),c=Y(),l=ut(),p=j(t,n,h=>h?G(t,h,Wt):[]),f=D(n.trim());P(()=>{f&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!f]);let u=fn(t,n.trim(),p??[]),m=Math.min(r,u.length-1);P(()=>c.current?.children[m]?.scrollIntoView({block:"nearest"}),[m]);let $=({name:h})=>{e(),M("chats",h)},g=h=>{if(h.isComposing||h.keyCode===229)return;let b={ArrowDown:1,ArrowUp:-1};if(h.key in b&&u.length)i((m+b[h.key]+u.length)%u.length);else if(h.key==="Enter"&&u.length)$(u[m]);else return;h.preventDefault()};return a`<${C} title=${o("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${o("goToHint")}
      aria-label=${o("goTo")}
      aria-autocomplete="list"
      aria-expanded=${u.length>0}
      aria-controls=${l}
      aria-activedescendant=${u.length?`${l}-${m}`:void 0}
      onKeyDown=${g}
      onInput=${h=>{s(h.currentTarget.value),i(0)}}
    />
    ${u.length>0&&a`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${o("goTo")}>
        ${u.map((h,b)=>a`<li
              key=${h.name}
              id=${`${l}-${b}`}
              class=${b===m?"row selected":"row"}
              role="option"
              aria-selected=${b===m}
              onMouseDown=${E=>E.preventDefault()}
              onClick=${()=>$(h)}
            >
              <span class="row-main">
                <${z} model=${t} id=${h.id} name=${h.title} picture=${h.picture} kind=${h.kind} size="small" />
                <span class="row-title">${h.title}</span>
                ${h.why&&a`<span class="row-note">${h.why}</span>`}
                <${pe} unread=${h.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${p&&f&&!u.length?o("nothingFound"):""}</p>
  <//>`}function fn(t,e,n){let s=u=>Math.max(u.last?.time??0,u.touched??0),r=t.all.filter(u=>u!==t.watching||e).sort((u,m)=>s(m)-s(u)).map(u=>({id:u.id,name:u.name,title:t.titleOf(u),picture:t.pictureOf(u),kind:u.kind,unread:u.unread,names:u.place.user!==void 0?t.people.namesOf({id:u.place.user}):void 0}));if(!e)return r.slice(0,Wt);let i=({id:u,avatar:m})=>({id:u,name:`user-${u}`,title:t.people.name(u),picture:m,kind:"person",unread:0,names:t.people.namesOf({id:u})}),c=t.lists.get("contacts").map(({user:u})=>i(u)),l=u=>dn(u.map(m=>({...m,place:m.name,name:m.title})),e),p=[...l(r),...l(c),...n.map(u=>({...i(u),place:`user-${u.id}`}))],f=new Map;for(let u of p)f.has(u.place)||f.set(u.place,{...u,name:u.place});return[...f.values()].slice(0,Wt)}function dn(t,e){let n=D(e),s=Rt(t.map(c=>({...c,names:[c.title]})),e),r=new Set(s.map(({place:c})=>c)),i=Rt(t,e).filter(({place:c})=>!r.has(c));return[...s,...i.map(c=>({...c,why:c.names?.find(l=>D(l).includes(n))}))]}export{qe as Account,We as Appearance,Ke as Archive,Ye as Blocked,Ve as Contacts,Je as FindGroups,Ze as FindPeople,Qe as Forgotten,to as Forward,po as Group,uo as Groups,$o as Join,ho as Keys,go as Linked,bo as Mentions,vo as NewChat,yo as NewDevices,xo as NewGroup,ko as NewPassword,Po as Notices,Oo as Person,Ao as Preview,Eo as Profile,Io as Readers,Dt as Report,To as Saved,Ho as Search,Lo as SecondStep,Uo as Settings,mn as Share,$n as Switcher};
