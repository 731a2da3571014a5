import{$ as Vt,A as F,B as b,C as A,D as st,E as w,F as _t,G as Gt,H as P,I as qt,J as Ut,K as j,L as R,M as B,N as L,O as lt,P as Wt,Q as kt,R as xt,S as pt,T as $t,U as et,V as ut,W as q,X as mt,Y as ft,Z as Kt,_ as Yt,a as h,aa as Jt,b as k,ba as Xt,c as Bt,ca as Zt,d as it,da as Qt,e as Tt,ea as te,f as c,fa as Pt,g as W,h as at,i as O,j as _,k as zt,l as ct,m as o,n as Q,o as jt,p as wt,q as Lt,r as y,s as yt,t as Dt,u as Ht,v as K,w as tt,x as N,y as M,z as G}from"./client.js";function Pe({model:t}){let[e,n]=h(""),[s,r]=h(""),[i,a]=h(""),[l,u]=h(!1),m=async $=>{$.preventDefault(),a("");let p=d=>Ht(d)&&(a(tt(d)),!0);await t.attempt(()=>t.link.ask("changePassword",e,s,ct()),o("passwordChanged"),p)&&(n(""),r(""))};return c`<div class="page">
    <${w} title=${o("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${m}>
        <h2>${o("changePassword")}</h2>
        <p class="dim">${o("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${yt} label=${o("oldPassword")} value=${e} change=${n} required autocomplete="current-password" />
        <${Dt} label=${o("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${o("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${o("deleteAccount")}</h2>
        <p class="dim">${o("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${o("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&c`<${Ce} model=${t} close=${()=>u(!1)} />`}
  </div>`}function Ce({model:t,close:e}){let[n,s]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:n}))&&(e(),location.hash="",await t.link.ask("forget"))};return c`<${M} title=${o("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${o("deleteAccountQuestion")}</p>
      <${yt} label=${o("password")} value=${n} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${o("cancel")}</button>
        <button class="danger">${o("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Oe({model:t}){let e=s=>{Gt(s),t.changed()},n=s=>t.speak(s);return c`<div class="page">
    <${w} title=${o("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${K} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${_t()} change=${e} />
      <${K} label=${o("language")} options=${zt} value=${ct()} change=${n} />
    </div>
  </div>`}function ot({model:t,away:e=!1}){return e||t.away?c`<div role="status"><${P} icon="failed" text=${o("comesWithConnection")} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}function Me({model:t,selected:e}){let[n,s]=h(!1),[r,i]=h(!1),{archived:a}=t,{line:l}=t.state;return k(()=>{t.ready&&!n&&t.overview.archive().then(()=>s(!0)).catch(()=>i(!0))},[t.ready,l]),c`
    <${w} title=${o("archive")} back=${b("chats")} />
    <${j}
      items=${a}
      row=${u=>c`<${Ut} key=${u.name} model=${t} conversation=${u} selected=${u.name===e} />`}
    />
    ${n&&!a.length&&c`<${P} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!a.length&&c`<${ot} model=${t} away=${r} />`}
  `}function Ae({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return c`<div class="page">
    <${w} title=${o("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${P} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>c`<${A} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Ee({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=new Intl.Collator,i=[...t.lists.get("contacts")].sort((a,l)=>r.compare(t.people.name(a.user.id),t.people.name(l.user.id)));return c`
    <${w} title=${o("contacts")}>
      <a class="icon-button" href=${b("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${O} name="plus" /></a>
    <//>
    ${n.length>0&&c`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:a,greeting:l})=>c`<${Se} key=${a.id} model=${t} user=${a} greeting=${l} />`)}
    </ul>
    ${s.length>0&&c`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${o("waitingForAnswer")} selected=${e===String(a.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&c`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!i.length&&c`<${P} icon="contacts" text=${o("noContacts")}>
      <a class="button" href=${b("contacts","find")}>${o("findPeople")}</a>
    <//>`}
    <${j}
      items=${i}
      row=${({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${a.bio} selected=${e===String(a.id)} />`}
    />
  `}function Se({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=(u,m)=>t.attempt(async()=>{await u(),r.again("received","contacts")},m),a=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return c`<${A} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${a}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function Fe({model:t}){let[e,n]=h(null),s=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return c`<div class="page">
    <${w} title=${o("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${o("devicesHint")}</p>
      <ul class="rows">
        ${s.map(i=>c`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${O} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${ee(i)}</span>
                  <span class="row-note wrap">${Re(i)}</span>
                </span>
              </span>
              ${!i.current&&c`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>n(i)}>${o("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&c`<${G} title=${o("revoke")} text=${o("revokeQuestion",{name:ee(e)})} action=${o("revoke")} close=${()=>n(null)} then=${r} />`}
  </div>`}var ee=t=>t.dialect==="v1"?`${o("v1Device")} (${t.name})`:t.name;function Re(t){return t.current?o("thisDevice"):t.loggedIn?[t.used&&Q(t.used),t.address].filter(Boolean).join(" · "):o("loggedOut")}function Ie({model:t}){let[e,n]=h(""),s=B(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return c`<div class="page">
    <${w} title=${o("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${P} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${st} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function Ne({model:t}){let[e,n]=h(""),s=B(t,e,r=>L(t,r,50));return c`<div class="page">
    <${w} title=${o("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${P} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>c`<${A} key=${r.id} model=${t} person=${r} note=${lt(r)}>
              <button type="button" class="small" onClick=${()=>F("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var Ct=20;function Be({model:t,message:e,close:n}){let[s,r]=h(""),[i,a]=h(""),[l,u]=h([]),m=R(s.trim()),$=B(t,s,v=>v?L(t,v,Ct):[]),p=m?Te(t,Wt(t,oe(t,t.all),m),$??[]):oe(t,t.listed);k(()=>{m&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!m]);let d=v=>{l.includes(v)?u(l.filter(E=>E!==v)):l.length<Ct?u([...l,v]):t.toast(o("tooManyChats",{most:Ct}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let E of l)t.forward(t.conversation(E),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},f=v=>c`<${ze} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>d(v.name)} />`;return c`<${M} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&($||!m)&&c`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${j} items=${p} row=${f} /></div>
      <${y} label=${o("comment")} value=${i} change=${a} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function Te(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(xt({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>pt(t,i))]}function oe(t,e){let n=e.filter(i=>pt(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(xt({user:i.id}))).filter(i=>!s.has(i.name)&&pt(t,i));return[...n,...r]}function ze({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return c`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${n} onChange=${s} />
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
  </li>`}var dt=256;function ht({model:t,id:e,name:n,kind:s="person",value:r,change:i}){let a=W(),[l,u]=h(!1);return c`<div class="picture-field">
    <${N} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${a} type="file" hidden accept="image/*" onChange=${async $=>{let p=$.currentTarget.files[0];$.currentTarget.value="",p&&(u(!0),await t.attempt(async()=>i(await t.media.storeOpen(await je(p)))),u(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>a.current.click()}>${o("choosePicture")}</button>
      ${r&&c`<button type="button" onClick=${()=>i("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function je(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:dt,height:dt}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,dt,dt);let a=await new Promise(l=>s.toBlob(l,"image/png"));return new File([a],"picture.png",{type:"image/png"})}function U(t){let e=it(!1);return async(...n)=>{if(!e.current){e.current=!0;try{await t(...n)}finally{e.current=!1}}}}var Le=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function gt({model:t,id:e,given:n,change:s,action:r,then:i}){let a=m=>$=>s({...n,[m]:$}),l=U(i);return c`<form class="form" onSubmit=${m=>{m.preventDefault(),l()}}>
    <${ht} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${a("picture")} />
    <${y} label=${o("groupName")} value=${n.name} change=${a("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${o("description")} value=${n.description} change=${a("description")} rows="3" maxlength="1024" />
    <${K} label=${o("whoMayJoin")} options=${Le()} value=${n.joinPolicy} change=${a("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function se({model:t,group:e,close:n}){let[s,r]=h(""),[i,a]=h(new Set),l=B(t,s,p=>p?L(t,p,20):ne(t)),u=new Set(t.members.get(e.id).map(p=>p.id)),m=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),a(new Set([...i,p.id]))},o("invitedDone",{name:t.people.name(p.id)})),$=(l??ne(t)).filter(p=>!u.has(p.id));return c`<${M} title=${o("invite")} close=${n}>
    <${y} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!$.length&&s.trim()&&c`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${$.map(p=>c`<${A} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>m(p)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function ne(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var De=168*36e5;function re({model:t,group:e,close:n}){let[s,r]=h(null),i=`/groups/${e.id}/links`,a=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await a()});k(()=>{l(()=>{})},[]);let u=U(()=>l(()=>t.api.post(i,{expires:t.now()+De}))),m=p=>`${location.origin}${$t}/${b("join",p.code)}`,$=p=>t.attempt(()=>navigator.clipboard.writeText(m(p)),o("copied"));return c`<${M} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>c`<li key=${p.id}>
            <input readonly value=${m(p)} aria-label=${o("inviteLink")} onFocus=${d=>d.currentTarget.select()} />
            <${_} icon="copy" label=${o("copy")} onClick=${()=>$(p)} />
            <${_} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:Q(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${u}>${o("newLink")}</button>
    </div>
  <//>`}function ie({model:t,group:e}){let[n,s]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=it(0),a=async()=>{let g=++i.current,f=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of f.flat())t.people.know({gender:"",bio:"",deleted:!1,...v});g===i.current&&s({requests:f[0],invitations:f[1],bans:f[2]})};k(()=>{a().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await a()}),u=`/groups/${e.id}`,m={requests:g=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${u}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/bans/${g.id}`))}>${o("unban")}</button>
    `},$=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,f])=>({name:g,people:f.filter(({id:v})=>!$.has(v))})).map(({name:g,people:f})=>f.length>0&&c`<h2 class="list-head" key=${g}>${o(p[g])}</h2>
        <ul class="rows">
          ${f.map(v=>c`<${A} key=${v.id} model=${t} person=${v}>${m[g](v)}<//>`)}
        </ul>`)}var ae={owner:0,admin:1,member:2},He=36e5,_e=10;function ce({model:t,group:e}){let[n,s]=h(""),r=R(n.trim()),i=t.members.isComplete(e.id),a=B(t,n,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),u=r?l.filter(p=>t.people.namesOf(p).some(d=>R(d).includes(r))):l,m=(r&&a?t.members.found(e.id):[]).filter(({id:p})=>!l.some(d=>d.id===p)),$=[...u,...m].sort((p,d)=>ae[p.role]-ae[d.role]);return c`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>_e&&c`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${O} name="search" />
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
    ${r&&!$.length&&(i||a)&&c`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${j}
      items=${$}
      row=${p=>c`<${Ge} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&c`<${et} load=${()=>t.members.more(e.id)} />`}
  `}function Ge({model:t,group:e,member:n}){let[s,r]=h(null),[i,a]=h(""),l=W(),u=e.you.role,m=t.lasts(n.muted),p=(u==="owner"||u==="admin"&&n.role==="member")&&n.id!==t.state.user,d=`/groups/${e.id}/members/${n.id}`,g=C=>t.attempt(async()=>{await C(),await t.groups.refresh(e.id)}),f=C=>g(()=>t.api.put(`${d}/role`,{role:C})),v=[u==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>f("admin")},u==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>f("member")},u==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>a("makeOwner")},m?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${d}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${d}/mute`,{until:t.now()+He}))},!m&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${d}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>a("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>a("ban"),danger:!0}],E={makeOwner:()=>f("owner"),removeMember:()=>g(()=>t.api.delete(d)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},I=[n.role!=="member"&&o(n.role),m&&o("muted")].filter(Boolean).join(" · "),D=t.people.name(n.id);return c`<${A} model=${t} person=${n} note=${I}>
    ${p&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:D})}
        onClick=${()=>r(l.current)}
      >
        <${O} name="more" />
      </button>`}
    ${s&&c`<${qt} anchor=${s} label=${D} close=${()=>r(null)} items=${v} />`}
    ${i&&c`<${G} title=${o(i)} text=${o(`${i}Question`,{name:D})} action=${o(i)} close=${()=>a("")} then=${E[i]} />`}
  <//>`}function S({icon:t,text:e,kind:n="",act:s}){let r=U(s);return c`<button type="button" class=${n||void 0} onClick=${r}><${O} name=${t} />${e}</button>`}var qe={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Ue({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,a=t.groups.get(e),l=a?.you.role,u=U(I=>I());if(k(()=>{t.ready&&a&&!a.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!a)return c`<div class="page"><${w} title=${o("group")} back=${b("groups")} /></div>`;if(a.gone)return c`<div class="page">
      <${w} title=${a.name||o("group")} back=${b("groups")} />
      <p class="hint">${o(a.gone)}</p>
    </div>`;let m=(I,D="")=>t.attempt(async()=>{await I(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},D),$=()=>s(""),p=()=>F("chats",`group-${e}`),d=()=>m(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=I=>t.attempt(async()=>{await I(),i.again("groups"),F("groups")}),f=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",E=t.lasts(a.muted);return c`<div class="page">
    <${w} title=${o("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${N} model=${t} id=${e} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        <p class="dim">${o(a.size===1?"oneMember":"members",{count:a.size})} · ${o(qe[a.joinPolicy])}</p>
        ${a.description&&c`<p class="bio"><${ut} text=${a.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&c`<${S} icon="chats" text=${o("message")} kind="primary" act=${p} />`}
        ${l&&c`<${S} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${v&&c`<${S} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${v&&c`<${S} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${v&&c`<${S} icon=${E?"bell":"mute"} text=${o(E?"unmuteGroup":"muteGroup")}
            act=${()=>m(()=>E?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&c`<div class="actions center">
          ${a.you.requested&&c`<button type="button" onClick=${()=>m(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!a.you.requested&&(a.joinPolicy!=="invite"||a.you.invitedBy)&&c`<button type="button" class="primary" onClick=${()=>u(d)}>${o(a.joinPolicy==="approval"&&!a.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&c`<${ie} model=${t} group=${a} />`}
      ${l&&c`<${ce} model=${t} group=${a} />`}
      ${l&&c`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(f)}><${O} name=${f==="leave"?"leave":"recall"} />${o(f)}</button>
        </div>`}
    </div>
    ${n==="edit"&&c`<${We} model=${t} group=${a} close=${$} act=${m} />`}
    ${n==="invite"&&c`<${se} model=${t} group=${a} close=${$} />`}
    ${n==="links"&&c`<${re} model=${t} group=${a} close=${$} />`}
    ${n==="leave"&&c`<${G} title=${o("leave")} text=${o("leaveQuestion",{name:a.name})} action=${o("leave")} close=${$}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&c`<${G} title=${o("dissolve")} text=${o("dissolveQuestion",{name:a.name})} action=${o("dissolve")} close=${$}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function We({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:a,joinPolicy:l}=e,[u,m]=h({name:r,description:i,picture:a,joinPolicy:l}),$=async()=>{await s(()=>t.api.patch(`/groups/${e.id}`,u),o("saved"))&&n()};return c`<${M} title=${o("editGroup")} close=${n}>
    <${gt} model=${t} id=${e.id} given=${u} change=${m} action=${o("save")} then=${$} />
  <//>`}function Ke({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),a=s.get("asked"),l=p=>t.attempt(async()=>{await p(),s.again("groups","invitations","asked")}),u=p=>l(async()=>{await t.groups.change(()=>n.post(`/groups/${p.id}/join`)),F("chats",`group-${p.id}`)}),m=p=>l(()=>n.delete(`/groups/${p.id}/invitations/${t.state.user}`)),$=(p,d)=>c`<${st} key=${p.id} model=${t} group=${p} selected=${e===String(p.id)} ...${d} />`;return c`
    <${w} title=${o("groups")}>
      <a class="icon-button" href=${b("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${O} name="search" /></a>
      <a class="icon-button" href=${b("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${O} name="plus" /></a>
    <//>
    ${i.length>0&&c`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(p=>c`<${st} key=${p.id} model=${t} group=${p} note=${o("invitedBy",{name:t.people.name(p.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(p)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>m(p)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${a.length>0&&c`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${a.map(p=>$(p,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||a.length>0)&&c`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&c`<${P} icon="groups" text=${o("noGroups")}>
        <a class="button" href=${b("groups","find")}>${o("findGroups")}</a>
        <a class="button" href=${b("groups","new")}>${o("newGroup")}</a>
      <//>`}
    <${j} items=${r} row=${p=>$(p,{})} />
  `}function Ye({model:t,code:e}){let[n,s]=h(e),r=U(()=>t.attempt(async()=>{let a=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${a.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),F("chats",l.name)})),i=a=>{a.preventDefault(),r()};return c`<div class="page">
    <${w} title=${o("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${o("joinByLinkHint")}</p>
        <${y} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var Ve=[["keySwitch",q,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",q,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",q,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",q,"B"],["format_italic",q,"I"],["format_strike",q,"Shift","X"],["format_code",q,"E"],["format_link",q,"Shift","U"],["keyEscape","Esc"],["keyHelp",q,"/"]];function Je({close:t}){return c`<${M} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${Ve.map(([e,...n])=>c`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>c`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function Xe({model:t,id:e}){let[n,s]=h(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):tt(i))}};return k(()=>{t.ready&&r()},[t.ready]),c`<div class="page">
    <${w} title=${o("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${n?c`<div role="alert"><${P} icon="link" text=${n} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function Ze({model:t}){let{mentions:e}=t;return k(()=>{e.again(),t.changed()},[]),c`
    <${w} title=${o("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(n=>c`<${mt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&c`<${P} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&c`<${ot} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&c`<${et} key=${e.next} load=${()=>e.more()} />`}
  `}function Qe({model:t}){let[e,n]=h(""),s=B(t,e,m=>L(t,m,50)),r=R(e.trim()),i=t.lists.get("contacts").map(({user:m})=>m),a=i.filter(m=>t.people.namesOf(m).some($=>R($).includes(r))),l=(s??[]).filter(({id:m})=>!i.some($=>$.id===m)),u=m=>c`<ul class="rows">
      ${m.map($=>c`<${A} key=${$.id} model=${t} person=${$} note=${lt($)} href=${b("chats",`user-${$.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${w} title=${o("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${a.length>0&&c`<h2 class="list-head">${o("contacts")}</h2>${u(a)}`}
      ${a.length>0&&l.length>0&&c`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${u(l)}
      ${s&&!a.length&&!l.length&&c`<${P} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}function to({model:t}){let[e,n]=h({name:"",description:"",picture:"",joinPolicy:"open"}),s=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),F("chats",i.name)});return c`<div class="page">
    <${w} title=${o("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${gt} model=${t} given=${e} change=${n} action=${o("makeGroup")} then=${s} />
    </div>
  </div>`}function eo({model:t}){let[,e]=h(0),n=()=>e(a=>a+1),s=async a=>{await Xt(a==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=a=>l=>{a(l==="on"),n(),t.changed()},i=(a,l,u)=>c`<${K} label=${a} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${u} />`;return c`<div class="page">
    <${w} title=${o("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${o(ft()?"noticesHint":"noticesImpossible")}</p>
      ${ft()&&i(o("notices"),Kt(),s)}
      ${ft()&&i(o("noticesText"),Vt(),r(Qt))}
      ${i(o("sounds"),Yt(),r(Zt))}
      ${i(o("badge"),Jt(),r(te))}
    </div>
  </div>`}function oo({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,a=t.people.get(e);if(k(()=>{t.ready&&r.get(`/users/${e}`).then(f=>t.people.know(f)).then(t.changed,()=>{})},[e,t.ready]),!a)return c`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),u=e===t.state.user,$=Object.fromEntries(["contacts","received","sent","blocks"].map(f=>[f,i.has(f,e)])),p=i.get("received").find(({user:f})=>f.id===e)?.greeting,d=(f,v="")=>t.attempt(async()=>{await f(),i.again("contacts","received","sent","blocks")},v),g=()=>s("");return c`<div class="page">
    <${w} title=${o("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${N} model=${t} id=${e} name=${l} picture=${a.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(a).filter(f=>f!==l).map(f=>c`<p key=${f} class="dim" dir="auto">${f}</p>`)}
        ${a.gender&&c`<p class="dim">${a.gender}</p>`}
        ${a.bio&&c`<p class="bio"><${ut} text=${a.bio} /></p>`}
        ${p&&c`<p class="greeting">${p}</p>`}
      </div>
      ${u?c`<div class="actions center"><a class="button" href=${b("settings","profile")}>${o("editProfile")}</a></div>`:!a.deleted&&c`<div class="tiles">
              <${S} icon="chats" text=${o("message")} kind="primary" act=${()=>F("chats",`user-${e}`)} />
              ${$.received&&c`<${S} icon="check" text=${o("accept")} act=${()=>d(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${$.received&&c`<${S} icon="close" text=${o("reject")} act=${()=>d(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${$.sent&&c`<${S} icon="close" text=${o("takeBack")} act=${()=>d(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!$.contacts&&!$.received&&!$.sent&&!$.blocks&&c`<${S} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${$.contacts&&c`<${S} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${$.contacts&&c`<${S} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${$.blocks?c`<${S} icon="check" text=${o("unblock")} act=${()=>d(()=>r.delete(`/blocks/${e}`))} />`:c`<${S} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
            </div>`}
    </div>
    ${n==="ask"&&c`<${le} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${f=>d(()=>r.put(`/contact-requests/sent/${e}`,f?{greeting:f}:{}),o("requestSent"))} />`}
    ${n==="remark"&&c`<${le} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${f=>d(()=>r.patch(`/contacts/${e}`,{remark:f}))} />`}
    ${n==="remove"&&c`<${G} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>d(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&c`<${G} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>d(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function le({title:t,label:e,action:n,limit:s,first:r="",close:i,then:a,...l}){let[u,m]=h(r);return c`<${M} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),a(u.trim())}}>
      <${y} label=${e} value=${u} change=${m} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var no=10;function so({model:t,conversation:e,files:n,close:s}){let[r,i]=h(()=>n.map((C,T)=>({key:T,file:C,text:""}))),[a,l]=h(!0),[u,m]=h(""),$=r.length>1&&r.length<=no,p=$&&a,d=r.filter(({file:C})=>!t.media.problemWith(C)),g=(C,T)=>i(r.with(C,{...r[C],text:T})),f=C=>r.length>1?i(r.toSpliced(C,1)):s(),v=C=>i(r.with(C-1,r[C]).with(C,r[C-1])),E=C=>{if(C.preventDefault(),!d.length)return;let T=e.draft.replyTo?.id;if(T&&e.draft.cancel(),p)t.media.send(e,d.map(({file:x})=>x),{text:u,replyTo:T});else for(let{file:x,text:z}of d)t.media.send(e,x,{text:z,replyTo:T}),T=void 0;s()},I=r.length===1,D=o(Pt(r[0].file)==="picture"?"sendPicture":"sendFile");return c`<${M} title=${I?D:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${E}>
      ${r.map(({key:C,file:T,text:x},z)=>c`<${ro} key=${C} model=${t} file=${T} text=${x} change=${p?null:H=>g(z,H)}>
            ${z>0&&c`<${_} icon="up" label=${o("earlier",{name:T.name})} onClick=${()=>v(z)} />`}
            ${!I&&c`<${_} icon="close" label=${o("removeFile",{name:T.name})} onClick=${()=>f(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${$&&c`<label class="check"><input type="checkbox" checked=${a} onChange=${()=>l(!a)} />${o("asOneMessage")}</label>`}
        ${p&&c`<${y} label=${o("caption")} value=${u} change=${m} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${d.length>0&&c`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function ro({model:t,file:e,text:n,change:s,children:r}){let[i,a]=h(""),[l,u]=h(e.type.startsWith("video/")),m=Pt(e),$=t.media.problemWith(e);return k(()=>{let p=URL.createObjectURL(e);return a(p),()=>URL.revokeObjectURL(p)},[e]),c`<div class="preview-item">
    ${m==="picture"&&i&&c`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&c`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>u(!1)}></video>`}
    ${m==="audio"&&i&&c`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${O} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Lt(e.size)}</span>${r}
    </p>
    ${$?c`<p class="problem" role="alert">${$}</p>`:s&&c`<${y} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function io({model:t}){return t.me?c`<div class="page">
    <${w} title=${o("profile")} back=${b("settings")} />
    <div class="page-body"><${ao} model=${t} /></div>
  </div>`:null}function ao({model:t}){let[e,n]=h(t.me),[s,r]=h(t.me);k(()=>{let $=p=>d=>[d,p[d]===s[d]?t.me[d]:p[d]];n(p=>Object.fromEntries(Object.keys(t.me).map($(p)))),r(t.me)},[t.me]);let i=$=>p=>n({...e,[$]:p}),[a,l]=h({}),u=$=>{$.preventDefault();let d=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await co(t,d);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(f=>[f,e[f]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},m=$=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:$}),t.people.know(t.me),n(p=>({...p,avatar:t.me.avatar}))},o("saved"));return c`<form class="form" onSubmit=${u}>
    <${ht} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${m} />
    <${y} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${a.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${a.bio} rows="3" maxlength="1024" />
    <${y} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${a.gender} maxlength="16" autocomplete="off" />
    <${y} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${a.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${y} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${a.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${o("email")} value=${e.email} change=${i("email")} problem=${a.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function co(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=tt(s),delete e[r]}return n}function lo({model:t,conversation:e,message:n,close:s}){let{read:r,received:i,neither:a}=e.readersOf(n),l=m=>c`<${A} key=${m} model=${t} person=${t.people.get(m)??{id:m}} />`,u=(m,$)=>$.length>0&&c`<h3 class="list-head">${m}</h3>
      <${j} items=${$} row=${l} />`;return c`<${M} title=${o("readers")} close=${s}>
    ${u(`${o("read")} · ${r.length}`,r)} ${u(`${o("delivered")} · ${i.length}`,i)}
    ${u(`${o("notDelivered")} · ${a.length}`,a)}
  <//>`}var po=50;function $o({model:t}){let[e,n]=h(null),[s,r]=h(""),[i,a]=h(!1),l=async($="")=>{let p=await t.api.get(`/saved?limit=${po}${$&&`&cursor=${encodeURIComponent($)}`}`);n($?d=>[...d??[],...p.items]:p.items),r(p.next??""),a(!1)},u=()=>t.attempt(l,"",({code:$})=>$!=="offline"?!1:(a(!0),t.postpone(u),!0));k(()=>{t.ready&&t.state.line==="on"&&u()},[t.ready,t.state.line,t.kept.version]);let m=$=>t.kept.save($,!1,o("unsaved"));return c`<div class="page">
    <${w} title=${o("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&c`<${ot} model=${t} away=${i} />`}
      ${e&&!e.length&&!s&&c`<${P} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map($=>c`<${uo} key=${$.message.id} model=${t} saved=${$} remove=${m} />`)}
      </ul>
      ${s&&c`<${et} key=${s} load=${()=>l(s)} />`}
    </div>
  </div>`}function uo({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return c`<li class="row">
    <a class="row-main" href=${b("chats",n,e.id)}>
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
          <time class="row-time">${Q(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${_} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var mo=200;function pe({model:t,within:e,search:n,change:s}){let r=at(),{sender:i,media:a,since:l,until:u}=n,m={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},$=jt(t.now());return c`<details class="filters" open=${!!(i||a||l||u)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${o("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${ue(t,e).slice(0,mo).map(({id:p,name:d})=>c`<option key=${p} value=${d}></option>`)}</datalist>
      <${y} label=${o("sinceDay")} type="date" value=${l} max=${$} change=${p=>s({since:p})} />
      <${y} label=${o("untilDay")} type="date" value=${u} max=${$} change=${p=>s({until:p})} />
      <${K} label=${o("kind")} options=${m} value=${a} change=${p=>s({media:p})} />
    </div>
  </details>`}var Ot=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function $e(t,e,{words:n,sender:s,media:r,since:i,until:a}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,wt(i)))),a&&(l.before=String(Math.max(0,wt(a,1)))),!s.trim())return l;let u=await fo(t,e,s.trim());return u&&{...l,sender:String(u)}}async function fo(t,e,n){let s=R(n),r=i=>{let a=i.flatMap(({id:l,name:u})=>[u,...t.people.namesOf({id:l})].map(m=>({id:l,name:R(m)})));return(a.find(({name:l})=>l===s)??a.find(({name:l})=>l.startsWith(s)))?.id};return r(ue(t,e))??r((await L(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function ue(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,a=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...a.map(l=>({id:l,name:t.people.name(l)}))]}var Mt={words:"",sender:"",media:"",since:"",until:""};function ho({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=h(n&&n!==s?.search.words.trim()?{...Mt,words:n}:s?.search??Mt),[a,l]=h(s?.search===r?s:{search:r,items:null,next:"",query:""}),[u,m]=h(""),[$,p]=h(!1),d=W(),g=W(),f=e?t.conversation(e).place:{},{items:v,next:E}=a,I=async(x,z,H="")=>{p(!0),await t.attempt(async()=>{let X=await t.api.get(`/search?${z}${H&&`&cursor=${encodeURIComponent(H)}`}`),nt=H?[...v,...X.items]:X.items,Z={search:x,query:z,items:nt,next:X.next??"",scroll:d.current?.scrollTop??0};t.searches.set(e,Z),l(Z)}),p(!1)},D=async(x=r)=>{if(m(""),!Ot(x))return m(o("searchNeeds"));let z=x.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let H=new URLSearchParams({limit:"30"});e==="announcements"&&H.set("announcements","true");for(let[nt,Z]of Object.entries(f))H.set(nt,String(Z));let X=await $e(t,e,x).catch(()=>null);if(!X)return m(o("nobodyFound"));for(let[nt,Z]of Object.entries(X))H.set(nt,Z);return I(x,H.toString())};k(()=>{t.ready&&!v&&Ot(r)&&D(),t.ready&&f.group!==void 0&&t.members.load(f.group).catch(()=>{})},[t.ready]),k(()=>{if(!n||n===r.words.trim())return;let x={...Mt,words:n};i(x),D(x)},[n]),Bt(()=>{d.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let C=x=>{x.preventDefault(),D()};return c`<div class="page" ref=${d} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=d.current.scrollTop)}}>
    <${w} title=${e?o("searchIn",{name:t.titleOf(t.conversation(e))}):o("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${C}>
        <div class="filter">
          <${O} name="search" />
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
        <${pe} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${u&&c`<p class="problem" role="alert">${u}</p>`}
      ${v&&!v.length&&!E&&!$&&c`<${P} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(x=>c`<${mt} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${$&&c`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${E&&!$&&c`<div class="actions center"><button type="button" onClick=${()=>I(a.search,a.query,E)}>${o("more")}</button></div>`}
    </div>
  </div>`}var go=[["profile","person"],["account","lock"],["devices","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function bo({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return c`
    <${w} title=${o("settings")} />
    ${t.me&&c`<div class="portrait small">
        <${N} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${go.map(([s,r])=>c`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${O} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&c`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${O} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${O} name="megaphone" />${o("announcements")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${O} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var J=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(J||{}),vo=[0,1],fe=[1,0],de=[2,3],he=[3,2],wo={L:vo,M:fe,Q:de,H:he},yo=/^\d*$/,ko=/^[A-Z0-9 $%*+./:-]*$/,At="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Rt=1,It=40,me=3,xo=3,bt=40,Po=10,ge=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],be=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Et=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<Rt||e>It)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let a=this.addEccAndInterleave(s);if(this.drawCodewords(a),r===-1){let l=1e9;for(let u=0;u<8;u++){this.applyMask(u),this.drawFormatBits(u);let m=this.getPenaltyScore();m<l&&(r=u,l=m),this.applyMask(u)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,J.Timing),this.setFunctionModule(s,6,s%2===0,J.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,Y(r,i));this.setFunctionModule(8,7,Y(r,6)),this.setFunctionModule(8,8,Y(r,7)),this.setFunctionModule(7,8,Y(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,Y(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,Y(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,Y(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=Y(n,s),i=this.size-11+s%3,a=Math.floor(s/3);this.setFunctionModule(i,a,r),this.setFunctionModule(a,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),a=e+r,l=n+s;a>=0&&a<this.size&&l>=0&&l<this.size&&this.setFunctionModule(a,l,i!==2&&i!==4,J.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,J.Alignment)}setFunctionModule(e,n,s,r=J.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==vt(n,s))throw new RangeError("Invalid argument");let r=be[s[0]][n],i=ge[s[0]][n],a=Math.floor(St(n)/8),l=r-a%r,u=Math.floor(a/r),m=[],$=Io(i);for(let d=0,g=0;d<r;d++){let f=e.slice(g,g+u-i+(d<l?0:1));g+=f.length;let v=No(f,$);d<l&&f.push(0),m.push(f.concat(v))}let p=[];for(let d=0;d<m[0].length;d++)m.forEach((g,f)=>{(d!==u-i||f>=l)&&p.push(g[d])});return p}drawCodewords(e){if(e.length!==Math.floor(St(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let a=s-i,u=(s+1&2)===0?this.size-1-r:r;!this.types[u][a]&&n<e.length*8&&(this.modules[u][a]=Y(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let m=0;m<this.size;m++)this.modules[i][m]===a?(l++,l===5?e+=me:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*bt),a=this.modules[i][m],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*bt}for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let m=0;m<this.size;m++)this.modules[m][i]===a?(l++,l===5?e+=me:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*bt),a=this.modules[m][i],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*bt}for(let i=0;i<this.size-1;i++)for(let a=0;a<this.size-1;a++){let l=this.modules[i][a];l===this.modules[i][a+1]&&l===this.modules[i+1][a]&&l===this.modules[i+1][a+1]&&(e+=xo)}let n=0;for(let i of this.modules)n=i.reduce((a,l)=>a+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*Po,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function V(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function Y(t,e){return(t>>>e&1)!==0}var rt=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},Co=[1,10,12,14],Oo=[2,9,11,13],Mo=[4,8,16,16];function ve(t,e){return t[Math.floor((e+7)/17)+1]}function we(t){let e=[];for(let n of t)V(n,8,e);return new rt(Mo,t.length,e)}function Ao(t){if(!ye(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);V(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new rt(Co,t.length,e)}function Eo(t){if(!ke(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=At.indexOf(t.charAt(n))*45;s+=At.indexOf(t.charAt(n+1)),V(s,11,e)}return n<t.length&&V(At.indexOf(t.charAt(n)),6,e),new rt(Oo,t.length,e)}function So(t){return t===""?[]:ye(t)?[Ao(t)]:ke(t)?[Eo(t)]:[we(Ro(t))]}function ye(t){return yo.test(t)}function ke(t){return ko.test(t)}function Fo(t,e){let n=0;for(let s of t){let r=ve(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function Ro(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function St(t){if(t<Rt||t>It)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function vt(t,e){return Math.floor(St(t)/8)-ge[e[0]][t]*be[e[0]][t]}function Io(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Ft(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Ft(n,2)}return e}function No(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,a)=>n[a]^=Ft(i,r))}return n}function Ft(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function Bo(t,e,n=1,s=40,r=-1,i=!0){if(!(Rt<=n&&n<=s&&s<=It)||r<-1||r>7)throw new RangeError("Invalid value");let a,l;for(a=n;;a++){let p=vt(a,e)*8,d=Fo(t,a);if(d<=p){l=d;break}if(a>=s)throw new RangeError("Data too long")}for(let p of[fe,de,he])i&&l<=vt(a,p)*8&&(e=p);let u=[];for(let p of t){V(p.mode[0],4,u),V(p.numChars,ve(p.mode,a),u);for(let d of p.getData())u.push(d)}let m=vt(a,e)*8;V(0,Math.min(4,m-u.length),u),V(0,(8-u.length%8)%8,u);for(let p=236;u.length<m;p^=253)V(p,8,u);let $=Array.from({length:Math.ceil(u.length/8)},()=>0);return u.forEach((p,d)=>$[d>>>3]|=p<<7-(d&7)),new Et(a,e,$,r)}function xe(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:a=-1,border:l=1}=e||{},u=typeof t=="string"?So(t):Array.isArray(t)?[we(t)]:void 0;if(!u)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let m=Bo(u,wo[n],r,i,a,s),$=To({version:m.version,maskPattern:m.mask,size:m.size,data:m.modules,types:m.types},l);return e?.invert&&($.data=$.data.map(p=>p.map(d=>!d))),e?.onEncoded?.($),$}function To(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let a=0;a<e;a++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},a=>!1)),t.data.push(Array.from({length:s},a=>!1));let r=J.Border;t.types.forEach(i=>{for(let a=0;a<e;a++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},a=>r)),t.types.push(Array.from({length:s},a=>r));return t}function zo({model:t,close:e}){let n=`${location.origin}${$t}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return c`<${M} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${_} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${jo} text=${n} />
    ${"share"in navigator&&c`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function jo({text:t}){let{size:e,path:n}=Tt(()=>{let s=xe(t,{border:2}),r=s.data.flatMap((i,a)=>i.flatMap((l,u)=>l?[`M${u} ${a}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return c`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var Nt=12;function Lo({model:t,close:e}){let[n,s]=h(""),[r,i]=h(0),a=W(),l=at(),u=B(t,n,f=>f?L(t,f,Nt):[]),m=R(n.trim());k(()=>{m&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!m]);let $=Do(t,n.trim(),u??[]),p=Math.min(r,$.length-1);k(()=>a.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let d=({name:f})=>{e(),F("chats",f)},g=f=>{if(f.isComposing||f.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(f.key in v&&$.length)i((p+v[f.key]+$.length)%$.length);else if(f.key==="Enter"&&$.length)d($[p]);else return;f.preventDefault()};return c`<${M} title=${o("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${o("goToHint")}
      aria-label=${o("goTo")}
      aria-autocomplete="list"
      aria-expanded=${$.length>0}
      aria-controls=${l}
      aria-activedescendant=${$.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${f=>{s(f.currentTarget.value),i(0)}}
    />
    ${$.length>0&&c`<ul class="rows options" role="listbox" id=${l} ref=${a} aria-label=${o("goTo")}>
        ${$.map((f,v)=>c`<li
              key=${f.name}
              id=${`${l}-${v}`}
              class=${v===p?"row selected":"row"}
              role="option"
              aria-selected=${v===p}
              onMouseDown=${E=>E.preventDefault()}
              onClick=${()=>d(f)}
            >
              <span class="row-main">
                <${N} model=${t} id=${f.id} name=${f.title} picture=${f.picture} kind=${f.kind} size="small" />
                <span class="row-title">${f.title}</span>
                ${f.why&&c`<span class="row-note">${f.why}</span>`}
                ${f.unread>0&&c`<span class="badge">${f.unread>99?"99+":f.unread}<span class="hidden"> ${o("unread")}</span></span>`}
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${u&&m&&!$.length?o("nothingFound"):""}</p>
  <//>`}function Do(t,e,n){let s=$=>Math.max($.last?.time??0,$.touched??0),r=t.all.filter($=>$!==t.watching||e).sort(($,p)=>s(p)-s($)).map($=>({id:$.id,name:$.name,title:t.titleOf($),picture:t.pictureOf($),kind:$.kind,unread:$.unread,names:$.place.user!==void 0?t.people.namesOf({id:$.place.user}):void 0}));if(!e)return r.slice(0,Nt);let i=({id:$,avatar:p})=>({id:$,name:`user-${$}`,title:t.people.name($),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:$})}),a=t.lists.get("contacts").map(({user:$})=>i($)),l=$=>Ho($.map(p=>({...p,place:p.name,name:p.title})),e),u=[...l(r),...l(a),...n.map($=>({...i($),place:`user-${$.id}`}))],m=new Map;for(let $ of u)m.has($.place)||m.set($.place,{...$,name:$.place});return[...m.values()].slice(0,Nt)}function Ho(t,e){let n=R(e),s=kt(t.map(a=>({...a,names:[a.title]})),e),r=new Set(s.map(({place:a})=>a)),i=kt(t,e).filter(({place:a})=>!r.has(a));return[...s,...i.map(a=>({...a,why:a.names?.find(l=>R(l).includes(n))}))]}export{Pe as Account,Oe as Appearance,Me as Archive,Ae as Blocked,Ee as Contacts,Fe as Devices,Ie as FindGroups,Ne as FindPeople,Be as Forward,Ue as Group,Ke as Groups,Ye as Join,Je as Keys,Xe as Linked,Ze as Mentions,Qe as NewChat,to as NewGroup,eo as Notices,oo as Person,so as Preview,io as Profile,lo as Readers,$o as Saved,ho as Search,bo as Settings,zo as Share,Lo as Switcher};
