import{$ as ut,A as F,B as b,C as A,D as st,E as w,F as ot,G as ct,H as J,I as qt,J as M,K as G,L as Ut,M as Wt,N as Kt,O as Yt,P as Vt,Q as j,R,S as N,T as L,U as lt,V as Jt,W as xt,X as Pt,Y as pt,Z as X,_ as mt,a as h,aa as E,b as x,ba as q,c as Tt,ca as $t,d as zt,da as ft,e as jt,ea as Xt,f as c,fa as Zt,g as U,ga as Qt,h as it,ha as te,i as C,ia as ee,j as _,ja as oe,k as Lt,ka as ne,l as at,la as se,ma as Ct,n as s,o as et,p as Dt,q as yt,r as Ht,s as y,t as kt,u as _t,v as Gt,w as W,x as V,y as B,z as O}from"./client.js";function Ae({model:t}){let[e,o]=h(""),[n,r]=h(""),[i,a]=h(""),[l,u]=h(!1),$=async m=>{m.preventDefault(),a("");let p=f=>Gt(f)&&(a(V(f)),!0);await t.attempt(()=>t.link.ask("changePassword",e,n,at()),s("passwordChanged"),p)&&(o(""),r(""))};return c`<div class="page">
    <${w} title=${s("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${$}>
        <h2>${s("changePassword")}</h2>
        <p class="dim">${s("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${kt} label=${s("oldPassword")} value=${e} change=${o} required autocomplete="current-password" />
        <${_t} label=${s("newPassword")} problem=${i} value=${n} change=${r} />
        <div class="actions"><button class="primary">${s("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${s("deleteAccount")}</h2>
        <p class="dim">${s("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${s("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&c`<${Se} model=${t} close=${()=>u(!1)} />`}
  </div>`}function Se({model:t,close:e}){let[o,n]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:o}))&&(e(),location.hash="",await t.link.ask("forget"))};return c`<${M} title=${s("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${s("deleteAccountQuestion")}</p>
      <${kt} label=${s("password")} value=${o} change=${n} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${s("cancel")}</button>
        <button class="danger">${s("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Ee({model:t}){let e=n=>{Wt(n),t.changed()},o=n=>t.speak(n);return c`<div class="page">
    <${w} title=${s("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${W} label=${s("theme")} options=${{auto:s("themeAuto"),light:s("themeLight"),dark:s("themeDark")}} value=${Ut()} change=${e} />
      <${W} label=${s("language")} options=${Lt} value=${at()} change=${o} />
    </div>
  </div>`}function Fe({model:t,selected:e}){let[o,n]=h(!1),{archived:r}=t,i=ct(t,async()=>{o||await t.overview.archive(),n(!0)});return c`
    <${w} title=${s("archive")} back=${b("chats")} />
    <${j}
      items=${r}
      row=${a=>c`<${Yt} key=${a.name} model=${t} conversation=${a} selected=${a.name===e} />`}
    />
    ${o&&!r.length&&c`<${O} icon="archive" text=${s("archiveEmpty")} />`}
    ${!o&&!r.length&&c`<${ot} model=${t} away=${i} />`}
  `}function Re({model:t}){let e=t.lists.get("blocks"),o=n=>t.attempt(async()=>{await t.api.delete(`/blocks/${n.id}`),t.lists.again("blocks")});return c`<div class="page">
    <${w} title=${s("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${O} icon="block" text=${s("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:n})=>c`<${A} key=${n.id} model=${t} person=${n}>
              <button type="button" class="small" onClick=${()=>o(n)}>${s("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Ie({model:t,selected:e}){let o=t.lists.get("received"),n=t.lists.get("sent"),r=new Intl.Collator,i=[...t.lists.get("contacts")].sort((a,l)=>r.compare(t.people.name(a.user.id),t.people.name(l.user.id)));return c`
    <${w} title=${s("contacts")}>
      <a class="icon-button" href=${b("contacts","find")} aria-label=${s("findPeople")} title=${s("findPeople")}><${C} name="plus" /></a>
    <//>
    ${o.length>0&&c`<h2 class="list-head">${s("requests")}</h2>`}
    <ul class="rows">
      ${o.map(({user:a,greeting:l})=>c`<${Be} key=${a.id} model=${t} user=${a} greeting=${l} />`)}
    </ul>
    ${n.length>0&&c`<h2 class="list-head">${s("sentRequests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${s("waitingForAnswer")} selected=${e===String(a.id)} />`)}
    </ul>
    ${(o.length>0||n.length>0)&&c`<h2 class="list-head">${s("contacts")}</h2>`}
    ${!i.length&&c`<${O} icon="contacts" text=${s("noContacts")}>
      <a class="button" href=${b("contacts","find")}>${s("findPeople")}</a>
    <//>`}
    <${j}
      items=${i}
      row=${({user:a})=>c`<${A} key=${a.id} model=${t} person=${a} note=${a.bio} selected=${e===String(a.id)} />`}
    />
  `}function Be({model:t,user:e,greeting:o}){let{api:n,lists:r}=t,i=(u,$)=>t.attempt(async()=>{await u(),r.again("received","contacts")},$),a=()=>i(()=>n.put(`/contacts/${e.id}`),s("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>n.delete(`/contact-requests/received/${e.id}`),"");return c`<${A} model=${t} person=${e} note=${o||s("asksYou")} asks>
    <button type="button" class="primary small" onClick=${a}>${s("accept")}</button>
    <button type="button" class="small" onClick=${l}>${s("reject")}</button>
  <//>`}function Ne({model:t}){let[e,o]=h(null),n=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return c`<div class="page">
    <${w} title=${s("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${s("devicesHint")}</p>
      <ul class="rows">
        ${n.map(i=>c`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${C} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${re(i)}</span>
                  <span class="row-note wrap">${Te(i)}</span>
                </span>
              </span>
              ${!i.current&&c`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>o(i)}>${s("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&c`<${G} title=${s("revoke")} text=${s("revokeQuestion",{name:re(e)})} action=${s("revoke")} close=${()=>o(null)} then=${r} />`}
  </div>`}var re=t=>t.dialect==="v1"?`${s("v1Device")} (${t.name})`:t.name;function Te(t){return t.current?s("thisDevice"):t.loggedIn?[t.used&&et(t.used),t.address].filter(Boolean).join(" · "):s("loggedOut")}function ze({model:t}){let[e,o]=h(""),n=N(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return c`<div class="page">
    <${w} title=${s("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${s("groupName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${n&&!n.length&&c`<${O} icon="search" text=${s("nothingFound")} />`}
      <ul class="rows">
        ${(n??[]).map(r=>c`<${st} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function je({model:t}){let[e,o]=h(""),n=N(t,e,r=>L(t,r,50));return c`<div class="page">
    <${w} title=${s("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${s("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${n&&!n.length&&c`<${O} icon="search" text=${s("nobodyFound")} />`}
      <ul class="rows">
        ${(n??[]).map(r=>c`<${A} key=${r.id} model=${t} person=${r} note=${lt(r)}>
              <button type="button" class="small" onClick=${()=>F("chats",`user-${r.id}`)}>${s("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var Ot=20;function Le({model:t,message:e,close:o}){let[n,r]=h(""),[i,a]=h(""),[l,u]=h([]),$=R(n.trim()),m=N(t,n,v=>v?L(t,v,Ot):[]),p=$?De(t,Jt(t,ie(t,t.all),$),m??[]):ie(t,t.listed);x(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let f=v=>{l.includes(v)?u(l.filter(S=>S!==v)):l.length<Ot?u([...l,v]):t.toast(s("tooManyChats",{most:Ot}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let S of l)t.forward(t.conversation(S),e,i.trim());t.toast(s(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),o()}},d=v=>c`<${He} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>f(v.name)} />`;return c`<${M} title=${s("forward")} close=${o}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${s("searchChats")} type="search" value=${n} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(m||!$)&&c`<p class="hint">${s("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${s("chats")}><${j} items=${p} row=${d} /></div>
      <${y} label=${s("comment")} value=${i} change=${a} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${o}>${s("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?s("sendTo",{count:l.length}):s("send")}</button>
      </div>
    </form>
  <//>`}function De(t,e,o){let n=new Set(e.map(({name:i})=>i)),r=o.map(({id:i})=>t.conversation(Pt({user:i}))).filter(i=>!n.has(i.name));return[...e,...r.filter(i=>pt(t,i))]}function ie(t,e){let o=e.filter(i=>pt(t,i)),n=new Set(o.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Pt({user:i.id}))).filter(i=>!n.has(i.name)&&pt(t,i));return[...o,...r]}function He({model:t,conversation:e,chosen:o,toggle:n}){let r=t.titleOf(e);return c`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${o} onChange=${n} />
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
  </li>`}var dt=256;function ht({model:t,id:e,name:o,kind:n="person",value:r,change:i}){let a=U(),[l,u]=h(!1);return c`<div class="picture-field">
    <${B} model=${t} id=${e} name=${o} picture=${r} kind=${n} size="large" />
    <input ref=${a} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&(u(!0),await t.attempt(async()=>i(await t.media.storeOpen(await _e(p)))),u(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>a.current.click()}>${s("choosePicture")}</button>
      ${r&&c`<button type="button" onClick=${()=>i("")}>${s("noPicture")}</button>`}
    </div>
  </div>`}async function _e(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(s("notAPicture"))}),o=Math.min(e.width,e.height),n=Object.assign(document.createElement("canvas"),{width:dt,height:dt}),[r,i]=[(e.width-o)/2,(e.height-o)/2];n.getContext("2d")?.drawImage(e,r,i,o,o,0,0,dt,dt);let a=await new Promise(l=>n.toBlob(l,"image/png"));return new File([a],"picture.png",{type:"image/png"})}var Ge=()=>({open:s("policyOpen"),approval:s("policyApproval"),invite:s("policyInvite")});function gt({model:t,id:e,given:o,change:n,action:r,then:i}){let a=$=>m=>n({...o,[$]:m}),l=X(i);return c`<form class="form" onSubmit=${$=>{$.preventDefault(),l()}}>
    <${ht} model=${t} id=${e} name=${o.name} kind="group" value=${o.picture} change=${a("picture")} />
    <${y} label=${s("groupName")} value=${o.name} change=${a("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${s("description")} value=${o.description} change=${a("description")} rows="3" maxlength="1024" />
    <${W} label=${s("whoMayJoin")} options=${Ge()} value=${o.joinPolicy} change=${a("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ce({model:t,group:e,close:o}){let[n,r]=h(""),[i,a]=h(new Set),l=N(t,n,p=>p?L(t,p,20):ae(t)),u=new Set(t.members.get(e.id).map(p=>p.id)),$=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),a(new Set([...i,p.id]))},s("invitedDone",{name:t.people.name(p.id)})),m=(l??ae(t)).filter(p=>!u.has(p.id));return c`<${M} title=${s("invite")} close=${o}>
    <${y} label=${s("partOfName")} type="search" value=${n} change=${r} maxlength="64" autocomplete="off" />
    ${!m.length&&n.trim()&&c`<p class="hint">${s("nobodyFound")}</p>`}
    <ul class="rows">
      ${m.map(p=>c`<${A} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>$(p)}>${s("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function ae(t){let e=t.lists.get("contacts").map(({user:n})=>n.id),o=t.listed.flatMap(({place:n})=>n.user??[]);return[...new Set([...e,...o])].map(n=>t.people.get(n)).filter(n=>n&&!n.deleted)}var qe=168*36e5;function le({model:t,group:e,close:o}){let[n,r]=h(null),i=`/groups/${e.id}/links`,a=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await a()});x(()=>{l(()=>{})},[]);let u=X(()=>l(()=>t.api.post(i,{expires:t.now()+qe}))),$=p=>`${location.origin}${mt}/${b("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText($(p)),s("copied"));return c`<${M} title=${s("inviteLinks")} close=${o}>
    <p class="dim">${s("inviteLinksHint")}</p>
    <ul class="links">
      ${(n??[]).map(p=>c`<li key=${p.id}>
            <input readonly value=${$(p)} aria-label=${s("inviteLink")} onFocus=${f=>f.currentTarget.select()} />
            <${_} icon="copy" label=${s("copy")} onClick=${()=>m(p)} />
            <${_} icon="recall" label=${s("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[s("used",{count:p.uses}),p.expires&&s("until",{time:et(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${u}>${s("newLink")}</button>
    </div>
  <//>`}function pe({model:t,group:e}){let[o,n]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=zt(0),a=async()=>{let g=++i.current,d=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of d.flat())t.people.know({deleted:!1,...v});g===i.current&&n({requests:d[0],invitations:d[1],bans:d[2]})};x(()=>{a().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await a()}),u=`/groups/${e.id}`,$={requests:g=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${u}/members/${g.id}`))}>${s("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/requests/${g.id}`))}>${s("reject")}</button>
    `,invitations:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/invitations/${g.id}`))}>${s("takeBack")}</button>
    `,bans:g=>c`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/bans/${g.id}`))}>${s("unban")}</button>
    `},m=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(o).map(([g,d])=>({name:g,people:d.filter(({id:v})=>!m.has(v))})).map(({name:g,people:d})=>d.length>0&&c`<h2 class="list-head" key=${g}>${s(p[g])}</h2>
        <ul class="rows">
          ${d.map(v=>c`<${A} key=${v.id} model=${t} person=${v}>${$[g](v)}<//>`)}
        </ul>`)}var me={owner:0,admin:1,member:2},Ue=36e5,We=10;function ue({model:t,group:e}){let[o,n]=h(""),r=R(o.trim()),i=t.members.isComplete(e.id),a=N(t,o,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),u=r?l.filter(p=>t.people.namesOf(p).some(f=>R(f).includes(r))):l,$=(r&&a?t.members.found(e.id):[]).filter(({id:p})=>!l.some(f=>f.id===p)),m=[...u,...$].sort((p,f)=>me[p.role]-me[f.role]);return c`
    <h2 class="list-head">${s("membersTitle")}</h2>
    ${e.size>We&&c`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${C} name="search" />
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
    ${r&&!m.length&&(i||a)&&c`<p class="hint" role="status">${s("nobodyFound")}</p>`}
    <${j}
      items=${m}
      row=${p=>c`<${Ke} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&c`<${J} load=${()=>t.members.more(e.id)} />`}
  `}function Ke({model:t,group:e,member:o}){let[n,r]=h(null),[i,a]=h(""),l=U(),u=e.you.role,$=t.lasts(o.muted),p=(u==="owner"||u==="admin"&&o.role==="member")&&o.id!==t.state.user,f=`/groups/${e.id}/members/${o.id}`,g=P=>t.attempt(async()=>{await P(),await t.groups.refresh(e.id)}),d=P=>g(()=>t.api.put(`${f}/role`,{role:P})),v=[u==="owner"&&o.role==="member"&&{icon:"person",text:s("makeAdmin"),act:()=>d("admin")},u==="owner"&&o.role==="admin"&&{icon:"person",text:s("makeMember"),act:()=>d("member")},u==="owner"&&{icon:"person",text:s("makeOwner"),act:()=>a("makeOwner")},$?{icon:"bell",text:s("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:s("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+Ue}))},!$&&{icon:"mute",text:s("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:s("removeMember"),act:()=>a("removeMember"),danger:!0},{icon:"block",text:s("ban"),act:()=>a("ban"),danger:!0}],S={makeOwner:()=>d("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${o.id}`))},I=[o.role!=="member"&&s(o.role),$&&s("muted")].filter(Boolean).join(" · "),D=t.people.name(o.id);return c`<${A} model=${t} person=${o} note=${I}>
    ${p&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${s("moreAbout",{name:D})}
        onClick=${()=>r(l.current)}
      >
        <${C} name="more" />
      </button>`}
    ${n&&c`<${Kt} anchor=${n} label=${D} close=${()=>r(null)} items=${v} />`}
    ${i&&c`<${G} title=${s(i)} text=${s(`${i}Question`,{name:D})} action=${s(i)} close=${()=>a("")} then=${S[i]} />`}
  <//>`}var Ye={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Ve({model:t,id:e}){let[o,n]=h(""),{api:r,lists:i}=t,a=t.groups.get(e),l=a?.you.role,u=X(I=>I());if(x(()=>{t.ready&&a&&!a.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!a)return c`<div class="page"><${w} title=${s("group")} back=${b("groups")} /></div>`;if(a.gone)return c`<div class="page">
      <${w} title=${a.name||s("group")} back=${b("groups")} />
      <p class="hint">${s(a.gone)}</p>
    </div>`;let $=(I,D="")=>t.attempt(async()=>{await I(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},D),m=()=>n(""),p=()=>F("chats",`group-${e}`),f=()=>$(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(s("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=I=>t.attempt(async()=>{await I(),i.again("groups"),F("groups")}),d=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",S=t.lasts(a.muted);return c`<div class="page">
    <${w} title=${s("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        <p class="dim">${s(a.size===1?"oneMember":"members",{count:a.size})} · ${s(Ye[a.joinPolicy])}</p>
        ${a.description&&c`<p class="bio"><${ut} text=${a.description} /></p>`}
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
          ${!a.you.requested&&(a.joinPolicy!=="invite"||a.you.invitedBy)&&c`<button type="button" class="primary" onClick=${()=>u(f)}>${s(a.joinPolicy==="approval"&&!a.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&c`<${pe} model=${t} group=${a} />`}
      ${l&&c`<${ue} model=${t} group=${a} />`}
      ${l&&c`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>n(d)}><${C} name=${d==="leave"?"leave":"recall"} />${s(d)}</button>
        </div>`}
    </div>
    ${o==="edit"&&c`<${Je} model=${t} group=${a} close=${m} act=${$} />`}
    ${o==="invite"&&c`<${ce} model=${t} group=${a} close=${m} />`}
    ${o==="links"&&c`<${le} model=${t} group=${a} close=${m} />`}
    ${o==="leave"&&c`<${G} title=${s("leave")} text=${s("leaveQuestion",{name:a.name})} action=${s("leave")} close=${m}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${o==="dissolve"&&c`<${G} title=${s("dissolve")} text=${s("dissolveQuestion",{name:a.name})} action=${s("dissolve")} close=${m}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function Je({model:t,group:e,close:o,act:n}){let{name:r,description:i,picture:a,joinPolicy:l}=e,[u,$]=h({name:r,description:i,picture:a,joinPolicy:l}),m=async()=>{await n(()=>t.api.patch(`/groups/${e.id}`,u),s("saved"))&&o()};return c`<${M} title=${s("editGroup")} close=${o}>
    <${gt} model=${t} id=${e.id} given=${u} change=${$} action=${s("save")} then=${m} />
  <//>`}function Xe({model:t,selected:e}){let{api:o,lists:n}=t,r=n.get("groups"),i=n.get("invitations"),a=n.get("asked"),l=p=>t.attempt(async()=>{await p(),n.again("groups","invitations","asked")}),u=p=>l(async()=>{await t.groups.change(()=>o.post(`/groups/${p.id}/join`)),F("chats",`group-${p.id}`)}),$=p=>l(()=>o.delete(`/groups/${p.id}/invitations/${t.state.user}`)),m=(p,f)=>c`<${st} key=${p.id} model=${t} group=${p} selected=${e===String(p.id)} ...${f} />`;return c`
    <${w} title=${s("groups")}>
      <a class="icon-button" href=${b("groups","find")} aria-label=${s("findGroups")} title=${s("findGroups")}><${C} name="search" /></a>
      <a class="icon-button" href=${b("groups","new")} aria-label=${s("newGroup")} title=${s("newGroup")}><${C} name="plus" /></a>
    <//>
    ${i.length>0&&c`<h2 class="list-head">${s("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(p=>c`<${st} key=${p.id} model=${t} group=${p} note=${s("invitedBy",{name:t.people.name(p.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(p)}>${s("join")}</button>
            <button type="button" class="small" onClick=${()=>$(p)}>${s("decline")}</button>
          <//>`)}
    </ul>
    ${a.length>0&&c`<h2 class="list-head">${s("asked")}</h2>`}
    <ul class="rows">${a.map(p=>m(p,{note:s("waitingForAnswer")}))}</ul>
    ${(i.length>0||a.length>0)&&c`<h2 class="list-head">${s("groups")}</h2>`}
    ${!r.length&&c`<${O} icon="groups" text=${s("noGroups")}>
        <a class="button" href=${b("groups","find")}>${s("findGroups")}</a>
        <a class="button" href=${b("groups","new")}>${s("newGroup")}</a>
      <//>`}
    <${j} items=${r} row=${p=>m(p,{})} />
  `}function Ze({model:t,code:e}){let[o,n]=h(e),r=X(()=>t.attempt(async()=>{let a=await t.groups.change(()=>t.api.post("/me/groups",{code:o.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${a.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),F("chats",l.name)})),i=a=>{a.preventDefault(),r()};return c`<div class="page">
    <${w} title=${s("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${s("joinByLinkHint")}</p>
        <${y} label=${s("inviteCode")} value=${o} change=${n} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${s("join")}</button></div>
      </form>
    </div>
  </div>`}var Qe=[["keySwitch",q,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",q,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",q,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",q,"B"],["format_italic",q,"I"],["format_strike",q,"Shift","X"],["format_code",q,"E"],["format_link",q,"Shift","U"],["keyEscape","Esc"],["keyHelp",q,"/"]];function to({close:t}){return c`<${M} title=${s("keys")} close=${t}>
    <dl class="keys">
      ${Qe.map(([e,...o])=>c`<div key=${e}>
            <dt>${s(e)}</dt>
            <dd>${o.map((n,r)=>c`${r>0&&" + "}<kbd>${n}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function eo({model:t,id:e}){let[o,n]=h(""),r=async()=>{n("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){n(["no_such_message","invalid_field"].includes(i.code)?s("noSuchMessage"):V(i))}};return x(()=>{t.ready&&r()},[t.ready]),c`<div class="page">
    <${w} title=${s("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${o?c`<div role="alert"><${O} icon="link" text=${o} /></div>`:c`<div class="spinner" role="status"><span class="hidden">${s("loading")}</span></div>`}
    </div>
  </div>`}function oo({model:t}){let{mentions:e}=t;return x(()=>{e.again(),t.changed()},[]),c`
    <${w} title=${s("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(o=>c`<${$t} key=${o.message.id} model=${t} found=${o} />`)}
    </ul>
    ${e.complete&&!e.items.length&&c`<${O} icon="at" text=${s("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&c`<${ot} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&c`<${J} key=${e.next} load=${()=>e.more()} />`}
  `}function no({model:t}){let[e,o]=h(""),n=N(t,e,$=>L(t,$,50)),r=R(e.trim()),i=t.lists.get("contacts").map(({user:$})=>$),a=i.filter($=>t.people.namesOf($).some(m=>R(m).includes(r))),l=(n??[]).filter(({id:$})=>!i.some(m=>m.id===$)),u=$=>c`<ul class="rows">
      ${$.map(m=>c`<${A} key=${m.id} model=${t} person=${m} note=${lt(m)} href=${b("chats",`user-${m.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${w} title=${s("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${s("partOfName")} type="search" value=${e} change=${o} maxlength="64" autocomplete="off" />
      ${a.length>0&&c`<h2 class="list-head">${s("contacts")}</h2>${u(a)}`}
      ${a.length>0&&l.length>0&&c`<h2 class="list-head">${s("otherPeople")}</h2>`}
      ${u(l)}
      ${n&&!a.length&&!l.length&&c`<${O} icon="search" text=${s("nobodyFound")} />`}
    </div>
  </div>`}function so({model:t}){let[e,o]=h({name:"",description:"",picture:"",joinPolicy:"open"}),n=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),F("chats",i.name)});return c`<div class="page">
    <${w} title=${s("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${gt} model=${t} given=${e} change=${o} action=${s("makeGroup")} then=${n} />
    </div>
  </div>`}function ro({model:t}){let[,e]=h(0),o=()=>e(a=>a+1),n=async a=>{await ee(a==="on")||t.toast(s("noticesRefused"),"problem"),o()},r=a=>l=>{a(l==="on"),o(),t.changed()},i=(a,l,u)=>c`<${W} label=${a} options=${{on:s("on"),off:s("off")}} value=${l?"on":"off"} change=${u} />`;return c`<div class="page">
    <${w} title=${s("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${s(ft()?"noticesHint":"noticesImpossible")}</p>
      ${ft()&&i(s("notices"),Xt(),n)}
      ${ft()&&i(s("noticesText"),Qt(),r(ne))}
      ${i(s("sounds"),Zt(),r(oe))}
      ${i(s("badge"),te(),r(se))}
    </div>
  </div>`}function io({model:t,id:e}){let[o,n]=h(""),{api:r,lists:i}=t,a=t.people.get(e);if(x(()=>{t.ready&&r.get(`/users/${e}`).then(d=>t.people.know(d)).then(t.changed,()=>{})},[e,t.ready]),!a)return c`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),u=e===t.state.user,m=Object.fromEntries(["contacts","received","sent","blocks"].map(d=>[d,i.has(d,e)])),p=i.get("received").find(({user:d})=>d.id===e)?.greeting,f=(d,v="")=>t.attempt(async()=>{await d(),i.again("contacts","received","sent","blocks")},v),g=()=>n("");return c`<div class="page">
    <${w} title=${s("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${l} picture=${a.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(a).filter(d=>d!==l).map(d=>c`<p key=${d} class="dim" dir="auto">${d}</p>`)}
        ${a.gender&&c`<p class="dim">${a.gender}</p>`}
        ${a.bio&&c`<p class="bio"><${ut} text=${a.bio} /></p>`}
        ${p&&c`<p class="greeting">${p}</p>`}
      </div>
      ${u?c`<div class="actions center"><a class="button" href=${b("settings","profile")}>${s("editProfile")}</a></div>`:!a.deleted&&c`<div class="tiles">
              <${E} icon="chats" text=${s("message")} kind="primary" act=${()=>F("chats",`user-${e}`)} />
              ${m.received&&c`<${E} icon="check" text=${s("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),s("accepted",{name:l}))} />`}
              ${m.received&&c`<${E} icon="close" text=${s("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${m.sent&&c`<${E} icon="close" text=${s("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!m.contacts&&!m.received&&!m.sent&&!m.blocks&&c`<${E} icon="invite" text=${s("addContact")} act=${()=>n("ask")} />`}
              ${m.contacts&&c`<${E} icon="edit" text=${s("setRemark")} act=${()=>n("remark")} />`}
              ${m.contacts&&c`<${E} icon="leave" text=${s("removeContact")} kind="danger-text" act=${()=>n("remove")} />`}
              ${m.blocks?c`<${E} icon="check" text=${s("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:c`<${E} icon="block" text=${s("block")} kind="danger-text" act=${()=>n("block")} />`}
            </div>`}
    </div>
    ${o==="ask"&&c`<${$e} title=${s("addContact")} label=${s("greeting")} action=${s("sendRequest")} limit="255" close=${g}
        then=${d=>f(()=>r.put(`/contact-requests/sent/${e}`,d?{greeting:d}:{}),s("requestSent"))} />`}
    ${o==="remark"&&c`<${$e} title=${s("setRemark")} label=${s("remark")} action=${s("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${d=>f(()=>r.patch(`/contacts/${e}`,{remark:d}))} />`}
    ${o==="remove"&&c`<${G} title=${s("removeContact")} text=${s("removeContactQuestion",{name:l})} action=${s("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${o==="block"&&c`<${G} title=${s("block")} text=${s("blockQuestion",{name:l})} action=${s("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function $e({title:t,label:e,action:o,limit:n,first:r="",close:i,then:a,...l}){let[u,$]=h(r);return c`<${M} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),a(u.trim())}}>
      <${y} label=${e} value=${u} change=${$} maxlength=${n} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${s("cancel")}</button>
        <button class="primary">${o}</button>
      </div>
    </form>
  <//>`}var ao=10;function co({model:t,conversation:e,files:o,close:n}){let[r,i]=h(()=>o.map((P,T)=>({key:T,file:P,text:""}))),[a,l]=h(!0),[u,$]=h(""),m=r.length>1&&r.length<=ao,p=m&&a,f=r.filter(({file:P})=>!t.media.problemWith(P)),g=(P,T)=>i(r.with(P,{...r[P],text:T})),d=P=>r.length>1?i(r.toSpliced(P,1)):n(),v=P=>i(r.with(P-1,r[P]).with(P,r[P-1])),S=P=>{if(P.preventDefault(),!f.length)return;let T=e.draft.replyTo?.id;if(T&&e.draft.cancel(),p)t.media.send(e,f.map(({file:k})=>k),{text:u,replyTo:T});else for(let{file:k,text:z}of f)t.media.send(e,k,{text:z,replyTo:T}),T=void 0;n()},I=r.length===1,D=s(Ct(r[0].file)==="picture"?"sendPicture":"sendFile");return c`<${M} title=${I?D:s("sendFiles",{count:r.length})} close=${n}>
    <form onSubmit=${S}>
      ${r.map(({key:P,file:T,text:k},z)=>c`<${lo} key=${P} model=${t} file=${T} text=${k} change=${p?null:H=>g(z,H)}>
            ${z>0&&c`<${_} icon="up" label=${s("earlier",{name:T.name})} onClick=${()=>v(z)} />`}
            ${!I&&c`<${_} icon="close" label=${s("removeFile",{name:T.name})} onClick=${()=>d(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${m&&c`<label class="check"><input type="checkbox" checked=${a} onChange=${()=>l(!a)} />${s("asOneMessage")}</label>`}
        ${p&&c`<${y} label=${s("caption")} value=${u} change=${$} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${n}>${s("cancel")}</button>
          ${f.length>0&&c`<button class="primary">${s("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function lo({model:t,file:e,text:o,change:n,children:r}){let[i,a]=h(""),[l,u]=h(e.type.startsWith("video/")),$=Ct(e),m=t.media.problemWith(e);return x(()=>{let p=URL.createObjectURL(e);return a(p),()=>URL.revokeObjectURL(p)},[e]),c`<div class="preview-item">
    ${$==="picture"&&i&&c`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&c`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>u(!1)}></video>`}
    ${$==="audio"&&i&&c`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${C} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Ht(e.size)}</span>${r}
    </p>
    ${m?c`<p class="problem" role="alert">${m}</p>`:n&&c`<${y} label=${s("caption")} value=${o} change=${n} maxlength="2000" />`}
  </div>`}function po({model:t}){return t.me?c`<div class="page">
    <${w} title=${s("profile")} back=${b("settings")} />
    <div class="page-body"><${mo} model=${t} /></div>
  </div>`:null}function mo({model:t}){let[e,o]=h(t.me),[n,r]=h(t.me);x(()=>{let m=p=>f=>[f,p[f]===n[f]?t.me[f]:p[f]];o(p=>Object.fromEntries(Object.keys(t.me).map(m(p)))),r(t.me)},[t.me]);let i=m=>p=>o({...e,[m]:p}),[a,l]=h({}),u=m=>{m.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await uo(t,f);t.people.know(t.me),o({...t.me,...Object.fromEntries(Object.keys(g).map(d=>[d,e[d]]))}),l(g),Object.keys(g).length||t.toast(s("saved"))})},$=m=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:m}),t.people.know(t.me),o(p=>({...p,avatar:t.me.avatar}))},s("saved"));return c`<form class="form" onSubmit=${u}>
    <${ht} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${$} />
    <${y} label=${s("displayName")} hint=${s("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${a.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${s("bio")} value=${e.bio} change=${i("bio")} problem=${a.bio} rows="3" maxlength="1024" />
    <${y} label=${s("gender")} value=${e.gender} change=${i("gender")} problem=${a.gender} maxlength="16" autocomplete="off" />
    <${y} label=${s("loginName")} hint=${s("loginNameHint")} value=${e.name} change=${i("name")} problem=${a.name} required maxlength="64" autocomplete="username" />
    <h2>${s("onlyYouSee")}</h2>
    <${y} label=${s("phone")} value=${e.phone} change=${i("phone")} problem=${a.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${s("email")} value=${e.email} change=${i("email")} problem=${a.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${s("save")}</button></div>
  </form>`}async function uo(t,e){let o={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(n){let{field:r}=n;if(!(r in e))throw n;o[r]=V(n),delete e[r]}return o}var bt=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,o,n){this.model=e,this.path=`/groups/${o}/messages/${n}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",o;try{o=await this.model.api.get(this.path+e)}catch(n){if(n.code==="offline")throw n;this.refused=n;return}for(let n of o.items)this.#t(n);this.counts={read:o.read,received:o.received,none:o.none},this.next=o.next??""};#t({state:e,...o}){this.model.people.know({deleted:!1,...o});for(let n of Object.values(this.people))if(n.includes(o.id))return;this.people[e].push(o.id)}};var $o={read:"read",received:"delivered",none:"notDelivered"};function fo({model:t,conversation:e,message:o,close:n}){let[r]=h(e.others.size===0),[,i]=h(0),[a]=h(()=>new bt(t,e.place.group??0,o.id)),l=()=>a.more().finally(()=>i(f=>f+1)),u=e.readersOf(o),$=r?a.people:{read:u.read,received:u.received,none:u.neither},m=f=>c`<${A} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,p=([f,g])=>{let d=(r?a.counts?.[f]:$[f].length)??0;return d>0&&c`<h3 class="list-head" key=${`${f} head`}>${s(g)} · ${d}</h3>
        <${j} key=${f} items=${$[f]} row=${m} />`};return c`<${M} title=${s("readers")} close=${n}>
    ${Object.entries($o).map(p)} ${r&&!a.complete&&c`<${J} load=${l} />`}
    ${a.refused&&c`<p role="alert">${V(a.refused)}</p>`}
    ${(r?a.nobody:!Object.values($).flat().length)&&c`<p>${s("nobodyToRead")}</p>`}
  <//>`}var ho=50;function go({model:t}){let[e,o]=h(null),[n,r]=h(""),i=async(u="")=>{let $=await t.api.get(`/saved?limit=${ho}${u&&`&cursor=${encodeURIComponent(u)}`}`);o(u?m=>[...m??[],...$.items]:$.items),r($.next??"")},a=ct(t,i,[t.kept.version]),l=u=>t.kept.save(u,!1,s("unsaved"));return c`<div class="page">
    <${w} title=${s("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&c`<${ot} model=${t} away=${a} />`}
      ${e&&!e.length&&!n&&c`<${O} icon="save" text=${s("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(u=>c`<${bo} key=${u.message.id} model=${t} saved=${u} remove=${l} />`)}
      </ul>
      ${n&&c`<${J} key=${n} load=${()=>i(n)} />`}
    </div>
  </div>`}function bo({model:t,saved:{message:e,conversation:o},remove:n}){let r=t.conversation(o),i=t.titleOf(r);return c`<li class="row">
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
          <time class="row-time">${et(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${_} icon="close" label=${s("unsave")} onClick=${()=>n(e.id)} /></span>
  </li>`}var vo=200;function fe({model:t,within:e,search:o,change:n}){let r=it(),{sender:i,media:a,since:l,until:u}=o,$={"":s("anyKind"),picture:s("pictures"),audio:s("voiceMessages"),file:s("files")},m=Dt(t.now());return c`<details class="filters" open=${!!(i||a||l||u)}>
    <summary>${s("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${s("sender")} value=${i} change=${p=>n({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${he(t,e).slice(0,vo).map(({id:p,name:f})=>c`<option key=${p} value=${f}></option>`)}</datalist>
      <${y} label=${s("sinceDay")} type="date" value=${l} max=${m} change=${p=>n({since:p})} />
      <${y} label=${s("untilDay")} type="date" value=${u} max=${m} change=${p=>n({until:p})} />
      <${W} label=${s("kind")} options=${$} value=${a} change=${p=>n({media:p})} />
    </div>
  </details>`}var Mt=({words:t,sender:e,media:o})=>!!(t.trim()||e.trim()||o);async function de(t,e,{words:o,sender:n,media:r,since:i,until:a}){let l={};if(o.trim()&&(l.q=o.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,yt(i)))),a&&(l.before=String(Math.max(0,yt(a,1)))),!n.trim())return l;let u=await wo(t,e,n.trim());return u&&{...l,sender:String(u)}}async function wo(t,e,o){let n=R(o),r=i=>{let a=i.flatMap(({id:l,name:u})=>[u,...t.people.namesOf({id:l})].map($=>({id:l,name:R($)})));return(a.find(({name:l})=>l===n)??a.find(({name:l})=>l.startsWith(n)))?.id};return r(he(t,e))??r((await L(t,o,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function he(t,e){let{user:o,group:n}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=o!==void 0?[o]:n!==void 0?t.members.get(n).map(({id:l})=>l):r,a=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:s("you")},...a.map(l=>({id:l,name:t.people.name(l)}))]}var At={words:"",sender:"",media:"",since:"",until:""};function yo({model:t,within:e,given:o}){let n=t.searches.get(e),[r,i]=h(o&&o!==n?.search.words.trim()?{...At,words:o}:n?.search??At),[a,l]=h(n?.search===r?n:{search:r,items:null,next:"",query:""}),[u,$]=h(""),[m,p]=h(!1),f=U(),g=U(),d=e?t.conversation(e).place:{},{items:v,next:S}=a,I=async(k,z,H="")=>{p(!0),await t.attempt(async()=>{let Q=await t.api.get(`/search?${z}${H&&`&cursor=${encodeURIComponent(H)}`}`),nt=H?[...v,...Q.items]:Q.items,tt={search:k,query:z,items:nt,next:Q.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,tt),l(tt)}),p(!1)},D=async(k=r)=>{if($(""),!Mt(k))return $(s("searchNeeds"));let z=k.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let H=new URLSearchParams({limit:"30"});e==="announcements"&&H.set("announcements","true");for(let[nt,tt]of Object.entries(d))H.set(nt,String(tt));let Q=await de(t,e,k).catch(()=>null);if(!Q)return $(s("nobodyFound"));for(let[nt,tt]of Object.entries(Q))H.set(nt,tt);return I(k,H.toString())};x(()=>{t.ready&&!v&&Mt(r)&&D(),t.ready&&d.group!==void 0&&t.members.load(d.group).catch(()=>{})},[t.ready]),x(()=>{if(!o||o===r.words.trim())return;let k={...At,words:o};i(k),D(k)},[o]),Tt(()=>{f.current.scrollTop=n?.scroll??0,r.words||g.current.focus()},[]);let P=k=>{k.preventDefault(),D()};return c`<div class="page" ref=${f} onScroll=${()=>{let k=t.searches.get(e);k&&(k.scroll=f.current.scrollTop)}}>
    <${w} title=${e?s("searchIn",{name:t.titleOf(t.conversation(e))}):s("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${P}>
        <div class="filter">
          <${C} name="search" />
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
        <${fe} model=${t} within=${e} search=${r} change=${k=>i({...r,...k})} />
      </form>
      ${u&&c`<p class="problem" role="alert">${u}</p>`}
      ${v&&!v.length&&!S&&!m&&c`<${O} icon="search" text=${s("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(k=>c`<${$t} key=${k.message.id} model=${t} found=${k} />`)}
      </ul>
      ${m&&c`<div class="spinner small" role="status"><span class="hidden">${s("loading")}</span></div>`}
      ${S&&!m&&c`<div class="actions center"><button type="button" onClick=${()=>I(a.search,a.query,S)}>${s("more")}</button></div>`}
    </div>
  </div>`}var ko=[["profile","person"],["account","lock"],["devices","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function xo({model:t,selected:e}){let o=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return c`
    <${w} title=${s("settings")} />
    ${t.me&&c`<div class="portrait small">
        <${B} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${ko.map(([n,r])=>c`<li key=${n} class=${e===n?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",n)} aria-current=${e===n?"page":void 0}>
              <${C} name=${r} />${s(n)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&c`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${C} name="keyboard" />${s("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${C} name="megaphone" />${s("announcements")}</a>
      </li>
      ${qt(t.me,"moderator")&&c`<li class="row">
          <a class="row-main setting" href=${b("admin")}><${C} name="lock" />${s("administration")}</a>
        </li>`}
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${o}><${C} name="leave" />${s("logOut")}</button>
      </li>
    </ul>
  `}var Z=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(Z||{}),Po=[0,1],be=[1,0],ve=[2,3],we=[3,2],Co={L:Po,M:be,Q:ve,H:we},Oo=/^\d*$/,Mo=/^[A-Z0-9 $%*+./:-]*$/,St="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",It=1,Bt=40,ge=3,Ao=3,vt=40,So=10,ye=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],ke=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Et=class{constructor(e,o,n,r){if(this.version=e,this.ecc=o,e<It||e>Bt)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let a=this.addEccAndInterleave(n);if(this.drawCodewords(a),r===-1){let l=1e9;for(let u=0;u<8;u++){this.applyMask(u),this.drawFormatBits(u);let $=this.getPenaltyScore();$<l&&(r=u,l=$),this.applyMask(u)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,o){return e>=0&&e<this.size&&o>=0&&o<this.size&&this.modules[o][e]}drawFunctionPatterns(){for(let n=0;n<this.size;n++)this.setFunctionModule(6,n,n%2===0,Z.Timing),this.setFunctionModule(n,6,n%2===0,Z.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),o=e.length;for(let n=0;n<o;n++)for(let r=0;r<o;r++)n===0&&r===0||n===0&&r===o-1||n===o-1&&r===0||this.drawAlignmentPattern(e[n],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let o=this.ecc[1]<<3|e,n=o;for(let i=0;i<10;i++)n=n<<1^(n>>>9)*1335;let r=(o<<10|n)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,K(r,i));this.setFunctionModule(8,7,K(r,6)),this.setFunctionModule(8,8,K(r,7)),this.setFunctionModule(7,8,K(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,K(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,K(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,K(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let n=0;n<12;n++)e=e<<1^(e>>>11)*7973;let o=this.version<<12|e;for(let n=0;n<18;n++){let r=K(o,n),i=this.size-11+n%3,a=Math.floor(n/3);this.setFunctionModule(i,a,r),this.setFunctionModule(a,i,r)}}drawFinderPattern(e,o){for(let n=-4;n<=4;n++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(n)),a=e+r,l=o+n;a>=0&&a<this.size&&l>=0&&l<this.size&&this.setFunctionModule(a,l,i!==2&&i!==4,Z.Position)}}drawAlignmentPattern(e,o){for(let n=-2;n<=2;n++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,o+n,Math.max(Math.abs(r),Math.abs(n))!==1,Z.Alignment)}setFunctionModule(e,o,n,r=Z.Function){this.modules[o][e]=n,this.types[o][e]=r}addEccAndInterleave(e){let o=this.version,n=this.ecc;if(e.length!==wt(o,n))throw new RangeError("Invalid argument");let r=ke[n[0]][o],i=ye[n[0]][o],a=Math.floor(Ft(o)/8),l=r-a%r,u=Math.floor(a/r),$=[],m=jo(i);for(let f=0,g=0;f<r;f++){let d=e.slice(g,g+u-i+(f<l?0:1));g+=d.length;let v=Lo(d,m);f<l&&d.push(0),$.push(d.concat(v))}let p=[];for(let f=0;f<$[0].length;f++)$.forEach((g,d)=>{(f!==u-i||d>=l)&&p.push(g[f])});return p}drawCodewords(e){if(e.length!==Math.floor(Ft(this.version)/8))throw new RangeError("Invalid argument");let o=0;for(let n=this.size-1;n>=1;n-=2){n===6&&(n=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let a=n-i,u=(n+1&2)===0?this.size-1-r:r;!this.types[u][a]&&o<e.length*8&&(this.modules[u][a]=K(e[o>>>3],7-(o&7)),o++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let o=0;o<this.size;o++)for(let n=0;n<this.size;n++){let r;switch(e){case 0:r=(n+o)%2===0;break;case 1:r=o%2===0;break;case 2:r=n%3===0;break;case 3:r=(n+o)%3===0;break;case 4:r=(Math.floor(n/3)+Math.floor(o/2))%2===0;break;case 5:r=n*o%2+n*o%3===0;break;case 6:r=(n*o%2+n*o%3)%2===0;break;case 7:r=((n+o)%2+n*o%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[o][n]&&r&&(this.modules[o][n]=!this.modules[o][n])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[i][$]===a?(l++,l===5?e+=ge:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*vt),a=this.modules[i][$],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*vt}for(let i=0;i<this.size;i++){let a=!1,l=0,u=[0,0,0,0,0,0,0];for(let $=0;$<this.size;$++)this.modules[$][i]===a?(l++,l===5?e+=ge:l>5&&e++):(this.finderPenaltyAddHistory(l,u),a||(e+=this.finderPenaltyCountPatterns(u)*vt),a=this.modules[$][i],l=1);e+=this.finderPenaltyTerminateAndCount(a,l,u)*vt}for(let i=0;i<this.size-1;i++)for(let a=0;a<this.size-1;a++){let l=this.modules[i][a];l===this.modules[i][a+1]&&l===this.modules[i+1][a]&&l===this.modules[i+1][a+1]&&(e+=Ao)}let o=0;for(let i of this.modules)o=i.reduce((a,l)=>a+(l?1:0),o);let n=this.size*this.size,r=Math.ceil(Math.abs(o*20-n*10)/n)-1;return e+=r*So,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,o=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,n=[6];for(let r=this.size-7;n.length<e;r-=o)n.splice(1,0,r);return n}}finderPenaltyCountPatterns(e){let o=e[1],n=o>0&&e[2]===o&&e[3]===o*3&&e[4]===o&&e[5]===o;return(n&&e[0]>=o*4&&e[6]>=o?1:0)+(n&&e[6]>=o*4&&e[0]>=o?1:0)}finderPenaltyTerminateAndCount(e,o,n){return e&&(this.finderPenaltyAddHistory(o,n),o=0),o+=this.size,this.finderPenaltyAddHistory(o,n),this.finderPenaltyCountPatterns(n)}finderPenaltyAddHistory(e,o){o[0]===0&&(e+=this.size),o.pop(),o.unshift(e)}};function Y(t,e,o){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let n=e-1;n>=0;n--)o.push(t>>>n&1)}function K(t,e){return(t>>>e&1)!==0}var rt=class{constructor(e,o,n){if(this.mode=e,this.numChars=o,this.bitData=n,o<0)throw new RangeError("Invalid argument");this.bitData=n.slice()}getData(){return this.bitData.slice()}},Eo=[1,10,12,14],Fo=[2,9,11,13],Ro=[4,8,16,16];function xe(t,e){return t[Math.floor((e+7)/17)+1]}function Pe(t){let e=[];for(let o of t)Y(o,8,e);return new rt(Ro,t.length,e)}function Io(t){if(!Ce(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let o=0;o<t.length;){let n=Math.min(t.length-o,3);Y(Number.parseInt(t.substring(o,o+n),10),n*3+1,e),o+=n}return new rt(Eo,t.length,e)}function Bo(t){if(!Oe(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],o;for(o=0;o+2<=t.length;o+=2){let n=St.indexOf(t.charAt(o))*45;n+=St.indexOf(t.charAt(o+1)),Y(n,11,e)}return o<t.length&&Y(St.indexOf(t.charAt(o)),6,e),new rt(Fo,t.length,e)}function No(t){return t===""?[]:Ce(t)?[Io(t)]:Oe(t)?[Bo(t)]:[Pe(zo(t))]}function Ce(t){return Oo.test(t)}function Oe(t){return Mo.test(t)}function To(t,e){let o=0;for(let n of t){let r=xe(n.mode,e);if(n.numChars>=1<<r)return Number.POSITIVE_INFINITY;o+=4+r+n.bitData.length}return o}function zo(t){t=encodeURI(t);let e=[];for(let o=0;o<t.length;o++)t.charAt(o)!=="%"?e.push(t.charCodeAt(o)):(e.push(Number.parseInt(t.substring(o+1,o+3),16)),o+=2);return e}function Ft(t){if(t<It||t>Bt)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let o=Math.floor(t/7)+2;e-=(25*o-10)*o-55,t>=7&&(e-=36)}return e}function wt(t,e){return Math.floor(Ft(t)/8)-ye[e[0]][t]*ke[e[0]][t]}function jo(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let n=0;n<t-1;n++)e.push(0);e.push(1);let o=1;for(let n=0;n<t;n++){for(let r=0;r<e.length;r++)e[r]=Rt(e[r],o),r+1<e.length&&(e[r]^=e[r+1]);o=Rt(o,2)}return e}function Lo(t,e){let o=e.map(n=>0);for(let n of t){let r=n^o.shift();o.push(0),e.forEach((i,a)=>o[a]^=Rt(i,r))}return o}function Rt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let o=0;for(let n=7;n>=0;n--)o=o<<1^(o>>>7)*285,o^=(e>>>n&1)*t;return o}function Do(t,e,o=1,n=40,r=-1,i=!0){if(!(It<=o&&o<=n&&n<=Bt)||r<-1||r>7)throw new RangeError("Invalid value");let a,l;for(a=o;;a++){let p=wt(a,e)*8,f=To(t,a);if(f<=p){l=f;break}if(a>=n)throw new RangeError("Data too long")}for(let p of[be,ve,we])i&&l<=wt(a,p)*8&&(e=p);let u=[];for(let p of t){Y(p.mode[0],4,u),Y(p.numChars,xe(p.mode,a),u);for(let f of p.getData())u.push(f)}let $=wt(a,e)*8;Y(0,Math.min(4,$-u.length),u),Y(0,(8-u.length%8)%8,u);for(let p=236;u.length<$;p^=253)Y(p,8,u);let m=Array.from({length:Math.ceil(u.length/8)},()=>0);return u.forEach((p,f)=>m[f>>>3]|=p<<7-(f&7)),new Et(a,e,m,r)}function Me(t,e){let{ecc:o="L",boostEcc:n=!1,minVersion:r=1,maxVersion:i=40,maskPattern:a=-1,border:l=1}=e||{},u=typeof t=="string"?No(t):Array.isArray(t)?[Pe(t)]:void 0;if(!u)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let $=Do(u,Co[o],r,i,a,n),m=Ho({version:$.version,maskPattern:$.mask,size:$.size,data:$.modules,types:$.types},l);return e?.invert&&(m.data=m.data.map(p=>p.map(f=>!f))),e?.onEncoded?.(m),m}function Ho(t,e=1){if(!e)return t;let{size:o}=t,n=o+e*2;t.size=n,t.data.forEach(i=>{for(let a=0;a<e;a++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:n},a=>!1)),t.data.push(Array.from({length:n},a=>!1));let r=Z.Border;t.types.forEach(i=>{for(let a=0;a<e;a++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:n},a=>r)),t.types.push(Array.from({length:n},a=>r));return t}function _o({model:t,close:e}){let o=`${location.origin}${mt}/`,n=()=>t.attempt(()=>navigator.clipboard.writeText(o),s("copied")),r=()=>navigator.share({title:"HiChat",url:o}).catch(()=>{});return c`<${M} title=${s("invitePeople")} close=${e}>
    <p class="dim">${s("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${o} aria-label=${s("address")} onFocus=${i=>i.currentTarget.select()} />
      <${_} icon="copy" label=${s("copy")} onClick=${n} />
    </div>
    <${Go} text=${o} />
    ${"share"in navigator&&c`<div class="actions"><button type="button" class="primary" onClick=${r}>${s("share")}</button></div>`}
  <//>`}function Go({text:t}){let{size:e,path:o}=jt(()=>{let n=Me(t,{border:2}),r=n.data.flatMap((i,a)=>i.flatMap((l,u)=>l?[`M${u} ${a}h1v1h-1z`]:[]));return{size:n.size,path:r.join("")}},[t]);return c`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${s("qrCode",{text:t})}><path d=${o} /></svg>`}var Nt=12;function qo({model:t,close:e}){let[o,n]=h(""),[r,i]=h(0),a=U(),l=it(),u=N(t,o,d=>d?L(t,d,Nt):[]),$=R(o.trim());x(()=>{$&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!$]);let m=Uo(t,o.trim(),u??[]),p=Math.min(r,m.length-1);x(()=>a.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let f=({name:d})=>{e(),F("chats",d)},g=d=>{if(d.isComposing||d.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(d.key in v&&m.length)i((p+v[d.key]+m.length)%m.length);else if(d.key==="Enter"&&m.length)f(m[p]);else return;d.preventDefault()};return c`<${M} title=${s("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${s("goToHint")}
      aria-label=${s("goTo")}
      aria-autocomplete="list"
      aria-expanded=${m.length>0}
      aria-controls=${l}
      aria-activedescendant=${m.length?`${l}-${p}`:void 0}
      onKeyDown=${g}
      onInput=${d=>{n(d.currentTarget.value),i(0)}}
    />
    ${m.length>0&&c`<ul class="rows options" role="listbox" id=${l} ref=${a} aria-label=${s("goTo")}>
        ${m.map((d,v)=>c`<li
              key=${d.name}
              id=${`${l}-${v}`}
              class=${v===p?"row selected":"row"}
              role="option"
              aria-selected=${v===p}
              onMouseDown=${S=>S.preventDefault()}
              onClick=${()=>f(d)}
            >
              <span class="row-main">
                <${B} model=${t} id=${d.id} name=${d.title} picture=${d.picture} kind=${d.kind} size="small" />
                <span class="row-title">${d.title}</span>
                ${d.why&&c`<span class="row-note">${d.why}</span>`}
                <${Vt} unread=${d.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${u&&$&&!m.length?s("nothingFound"):""}</p>
  <//>`}function Uo(t,e,o){let n=m=>Math.max(m.last?.time??0,m.touched??0),r=t.all.filter(m=>m!==t.watching||e).sort((m,p)=>n(p)-n(m)).map(m=>({id:m.id,name:m.name,title:t.titleOf(m),picture:t.pictureOf(m),kind:m.kind,unread:m.unread,names:m.place.user!==void 0?t.people.namesOf({id:m.place.user}):void 0}));if(!e)return r.slice(0,Nt);let i=({id:m,avatar:p})=>({id:m,name:`user-${m}`,title:t.people.name(m),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:m})}),a=t.lists.get("contacts").map(({user:m})=>i(m)),l=m=>Wo(m.map(p=>({...p,place:p.name,name:p.title})),e),u=[...l(r),...l(a),...o.map(m=>({...i(m),place:`user-${m.id}`}))],$=new Map;for(let m of u)$.has(m.place)||$.set(m.place,{...m,name:m.place});return[...$.values()].slice(0,Nt)}function Wo(t,e){let o=R(e),n=xt(t.map(a=>({...a,names:[a.title]})),e),r=new Set(n.map(({place:a})=>a)),i=xt(t,e).filter(({place:a})=>!r.has(a));return[...n,...i.map(a=>({...a,why:a.names?.find(l=>R(l).includes(o))}))]}export{Ae as Account,Ee as Appearance,Fe as Archive,Re as Blocked,Ie as Contacts,Ne as Devices,ze as FindGroups,je as FindPeople,Le as Forward,Ve as Group,Xe as Groups,Ze as Join,to as Keys,eo as Linked,oo as Mentions,no as NewChat,so as NewGroup,ro as Notices,io as Person,co as Preview,po as Profile,fo as Readers,go as Saved,yo as Search,xo as Settings,_o as Share,qo as Switcher};
