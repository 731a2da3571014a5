import{$ as L,A as M,B as A,C as b,D as S,E as it,F as w,G as C,H as U,I as nt,J as mt,K as J,L as W,M as E,P as st,Q as Kt,R as $t,S as Yt,T as Vt,U as Xt,V as Jt,W as Zt,X as Qt,Y as D,Z as N,_ as T,a as h,aa as ut,b as P,ba as te,c as Lt,ca as Ot,d as Ht,da as Mt,e as Gt,ea as ft,f as a,fa as dt,g as Y,ga as K,h as ct,ha as ht,i as O,ia as ee,j as q,ja as gt,k as _t,ka as oe,l as et,la as ne,ma as se,n as o,na as re,o as ot,oa as ie,p as qt,pa as ae,q as Pt,qa as ce,r as Ut,ra as le,s as y,sa as St,t as Ct,u as lt,v as pt,w as G,x as j,y as Wt,z as B}from"./client.js";function Ie({model:t}){let[e,n]=h(""),[s,r]=h(""),[i,c]=h(""),[l,$]=h(!1),u=async m=>{m.preventDefault(),c("");let p=f=>pt(f)&&(c(j(f)),!0);await t.attempt(()=>t.link.ask("changePassword",e,s,et()),o("passwordChanged"),p)&&(n(""),r(""))};return a`<div class="page">
    <${w} title=${o("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${u}>
        <h2>${o("changePassword")}</h2>
        <p class="dim">${o("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${Ct} label=${o("oldPassword")} value=${e} change=${n} required autocomplete="current-password" />
        <${lt} label=${o("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${o("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${o("yourData")}</h2>
        <p class="dim">${o("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>Yt(t,"/me/export",o("dataComes"))}>${o("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${o("deleteAccount")}</h2>
        <p class="dim">${o("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>$(!0)}>${o("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&a`<${Ne} model=${t} close=${()=>$(!1)} />`}
  </div>`}function Ne({model:t,close:e}){let[n,s]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:n}))&&(e(),location.hash="",await t.link.ask("forget"))};return a`<${C} title=${o("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${o("deleteAccountQuestion")}</p>
      <${Ct} label=${o("password")} value=${n} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${o("cancel")}</button>
        <button class="danger">${o("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Be({model:t}){let e=s=>{Xt(s),t.changed()},n=s=>t.speak(s);return a`<div class="page">
    <${w} title=${o("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${G} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${Vt()} change=${e} />
      <${G} label=${o("language")} options=${_t} value=${et()} change=${n} />
    </div>
  </div>`}function Te({model:t,selected:e}){let[n,s]=h(!1),{archived:r}=t,i=mt(t,async()=>{n||await t.overview.archive(),s(!0)});return a`
    <${w} title=${o("archive")} back=${b("chats")} />
    <${D}
      items=${r}
      row=${c=>a`<${Zt} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${n&&!r.length&&a`<${M} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&a`<${nt} model=${t} away=${i} />`}
  `}function ze({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return a`<div class="page">
    <${w} title=${o("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&a`<${M} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>a`<${S} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function je({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=st(t.me),i=new Intl.Collator,c=[...t.lists.get("contacts")].sort((l,$)=>i.compare(t.people.name(l.user.id),t.people.name($.user.id)));return a`
    <${w} title=${o("contacts")}>
      ${!r&&a`<a class="icon-button" href=${b("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${O} name="plus" /></a>`}
    <//>
    ${n.length>0&&a`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:l,greeting:$})=>a`<${De} key=${l.id} model=${t} user=${l} greeting=${$} />`)}
    </ul>
    ${s.length>0&&a`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>a`<${S} key=${l.id} model=${t} person=${l} note=${o("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&a`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!c.length&&a`<${M} icon="contacts" text=${o(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&a`<a class="button" href=${b("contacts","find")}>${o("findPeople")}</a>`}
    <//>`}
    <${D}
      items=${c}
      row=${({user:l})=>a`<${S} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function De({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=($,u)=>t.attempt(async()=>{await $(),r.again("received","contacts")},u),c=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return a`<${S} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function Le({model:t}){let[e,n]=h(null),s=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return a`<div class="page">
    <${w} title=${o("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${o("devicesHint")}</p>
      <ul class="rows">
        ${s.map(i=>a`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${O} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${pe(i)}</span>
                  <span class="row-note wrap">${He(i)}</span>
                </span>
              </span>
              ${!i.current&&a`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>n(i)}>${o("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&a`<${U} title=${o("revoke")} text=${o("revokeQuestion",{name:pe(e)})} action=${o("revoke")} close=${()=>n(null)} then=${r} />`}
  </div>`}var pe=t=>t.dialect==="v1"?`${o("v1Device")} (${t.name})`:t.name;function He(t){return t.current?o("thisDevice"):t.loggedIn?[t.used&&ot(t.used),t.address].filter(Boolean).join(" · "):o("loggedOut")}function Ge({model:t}){let[e,n]=h(""),s=T(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return a`<div class="page">
    <${w} title=${o("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${it} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function _e({model:t}){let[e,n]=h(""),s=T(t,e,r=>L(t,r,50));return a`<div class="page">
    <${w} title=${o("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${S} key=${r.id} model=${t} person=${r} note=${ut(r)}>
              <button type="button" class="small" onClick=${()=>A("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var At=20;function qe({model:t,message:e,close:n}){let[s,r]=h(""),[i,c]=h(""),[l,$]=h([]),u=N(s.trim()),m=T(t,s,v=>v?L(t,v,At):[]),p=u?Ue(t,te(t,me(t,t.all),u),m??[]):me(t,t.listed);P(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let f=v=>{l.includes(v)?$(l.filter(F=>F!==v)):l.length<At?$([...l,v]):t.toast(o("tooManyChats",{most:At}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let F of l)t.forward(t.conversation(F),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},d=v=>a`<${We} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>f(v.name)} />`;return a`<${C} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(m||!u)&&a`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${D} items=${p} row=${d} /></div>
      <${y} label=${o("comment")} value=${i} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function Ue(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(Mt({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>ft(t,i))]}function me(t,e){let n=e.filter(i=>ft(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Mt({user:i.id}))).filter(i=>!s.has(i.name)&&ft(t,i));return[...n,...r]}function We({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return a`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${n} onChange=${s} />
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
  </li>`}var bt=256;function vt({model:t,id:e,name:n,kind:s="person",value:r,change:i}){let c=Y(),[l,$]=h(!1);return a`<div class="picture-field">
    <${B} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${c} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&($(!0),await t.attempt(async()=>i(await t.media.storeOpen(await Ke(p)))),$(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>c.current.click()}>${o("choosePicture")}</button>
      ${r&&a`<button type="button" onClick=${()=>i("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function Ke(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:bt,height:bt}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,bt,bt);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var Ye=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function wt({model:t,id:e,given:n,change:s,action:r,then:i}){let c=u=>m=>s({...n,[u]:m}),l=W(i);return a`<form class="form" onSubmit=${u=>{u.preventDefault(),l()}}>
    <${vt} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${c("picture")} />
    <${y} label=${o("groupName")} value=${n.name} change=${c("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${o("description")} value=${n.description} change=${c("description")} rows="3" maxlength="1024" />
    <${G} label=${o("whoMayJoin")} options=${Ye()} value=${n.joinPolicy} change=${c("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function ue({model:t,group:e,close:n}){let[s,r]=h(""),[i,c]=h(new Set),l=T(t,s,p=>p?L(t,p,20):$e(t)),$=new Set(t.members.get(e.id).map(p=>p.id)),u=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),c(new Set([...i,p.id]))},o("invitedDone",{name:t.people.name(p.id)})),m=(l??$e(t)).filter(p=>!$.has(p.id));return a`<${C} title=${o("invite")} close=${n}>
    <${y} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!m.length&&s.trim()&&a`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${m.map(p=>a`<${S} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>u(p)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function $e(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var Ve=168*36e5;function fe({model:t,group:e,close:n}){let[s,r]=h(null),i=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await c()});P(()=>{l(()=>{})},[]);let $=W(()=>l(()=>t.api.post(i,{expires:t.now()+Ve}))),u=p=>`${location.origin}${$t}/${b("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText(u(p)),o("copied"));return a`<${C} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>a`<li key=${p.id}>
            <input readonly value=${u(p)} aria-label=${o("inviteLink")} onFocus=${f=>f.currentTarget.select()} />
            <${q} icon="copy" label=${o("copy")} onClick=${()=>m(p)} />
            <${q} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:ot(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${$}>${o("newLink")}</button>
    </div>
  <//>`}function de({model:t,group:e}){let[n,s]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Ht(0),c=async()=>{let g=++i.current,d=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of d.flat())t.people.know({deleted:!1,...v});g===i.current&&s({requests:d[0],invitations:d[1],bans:d[2]})};P(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),$=`/groups/${e.id}`,u={requests:g=>a`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${$}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/bans/${g.id}`))}>${o("unban")}</button>
    `},m=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,d])=>({name:g,people:d.filter(({id:v})=>!m.has(v))})).map(({name:g,people:d})=>d.length>0&&a`<h2 class="list-head" key=${g}>${o(p[g])}</h2>
        <ul class="rows">
          ${d.map(v=>a`<${S} key=${v.id} model=${t} person=${v}>${u[g](v)}<//>`)}
        </ul>`)}var he={owner:0,admin:1,member:2},Xe=36e5,Je=10;function ge({model:t,group:e}){let[n,s]=h(""),r=N(n.trim()),i=t.members.isComplete(e.id),c=T(t,n,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),$=r?l.filter(p=>t.people.namesOf(p).some(f=>N(f).includes(r))):l,u=(r&&c?t.members.found(e.id):[]).filter(({id:p})=>!l.some(f=>f.id===p)),m=[...$,...u].sort((p,f)=>he[p.role]-he[f.role]);return a`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>Je&&a`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
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
    ${r&&!m.length&&(i||c)&&a`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${D}
      items=${m}
      row=${p=>a`<${Ze} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&a`<${J} load=${()=>t.members.more(e.id)} />`}
  `}function Ze({model:t,group:e,member:n}){let[s,r]=h(null),[i,c]=h(""),l=Y(),$=e.you.role,u=t.lasts(n.muted),p=($==="owner"||$==="admin"&&n.role==="member")&&n.id!==t.state.user,f=`/groups/${e.id}/members/${n.id}`,g=k=>t.attempt(async()=>{await k(),await t.groups.refresh(e.id)}),d=k=>g(()=>t.api.put(`${f}/role`,{role:k})),v=[$==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>d("admin")},$==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>d("member")},$==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>c("makeOwner")},u?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+Xe}))},!u&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>c("ban"),danger:!0}],F={makeOwner:()=>d("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},H=[n.role!=="member"&&o(n.role),u&&o("muted")].filter(Boolean).join(" · "),R=t.people.name(n.id);return a`<${S} model=${t} person=${n} note=${H}>
    ${p&&a`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:R})}
        onClick=${()=>r(l.current)}
      >
        <${O} name="more" />
      </button>`}
    ${s&&a`<${Jt} anchor=${s} label=${R} close=${()=>r(null)} items=${v} />`}
    ${i&&a`<${U} title=${o(i)} text=${o(`${i}Question`,{name:R})} action=${o(i)} close=${()=>c("")} then=${F[i]} />`}
  <//>`}var Qe={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function to({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,c=t.groups.get(e),l=c?.you.role,$=W(k=>k());if(P(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return a`<div class="page"><${w} title=${o("group")} back=${b("groups")} /></div>`;if(c.gone)return a`<div class="page">
      <${w} title=${c.name||o("group")} back=${b("groups")} />
      <p class="hint">${o(c.gone)}</p>
    </div>`;let u=(k,I="")=>t.attempt(async()=>{await k(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},I),m=()=>s(""),p=()=>A("chats",`group-${e}`),f=()=>u(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=k=>t.attempt(async()=>{await k(),i.again("groups"),A("groups")}),d=l==="owner"?"dissolve":"leave",v=l==="owner"||l==="admin",F=st(t.me),H=t.lasts(c.muted),R=c.archived===void 0;return a`<div class="page">
    <${w} title=${o("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${o(c.size===1?"oneMember":"members",{count:c.size})} · ${o(Qe[c.joinPolicy])}</p>
        ${!R&&a`<p class="dim" role="status">${o("groupArchived")}</p>`}
        ${c.description&&a`<p class="bio"><${dt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&a`<${E} icon="chats" text=${o("message")} kind="primary" act=${p} />`}
        ${l&&R&&!F&&a`<${E} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${v&&R&&!F&&a`<${E} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${v&&R&&a`<${E} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${v&&R&&a`<${E} icon=${H?"bell":"mute"} text=${o(H?"unmuteGroup":"muteGroup")}
            act=${()=>u(()=>H?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&R&&a`<div class="actions center">
          ${c.you.requested&&a`<button type="button" onClick=${()=>u(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&a`<button type="button" class="primary" onClick=${()=>$(f)}>${o(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${v&&a`<${de} model=${t} group=${c} />`}
      ${l&&a`<${ge} model=${t} group=${c} />`}
      ${l&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(d)}><${O} name=${d==="leave"?"leave":"recall"} />${o(d)}</button>
        </div>`}
    </div>
    ${n==="edit"&&a`<${eo} model=${t} group=${c} close=${m} act=${u} />`}
    ${n==="invite"&&a`<${ue} model=${t} group=${c} close=${m} />`}
    ${n==="links"&&a`<${fe} model=${t} group=${c} close=${m} />`}
    ${n==="leave"&&a`<${U} title=${o("leave")} text=${o("leaveQuestion",{name:c.name})} action=${o("leave")} close=${m}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&a`<${U} title=${o("dissolve")} text=${o("dissolveQuestion",{name:c.name})} action=${o("dissolve")} close=${m}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function eo({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:c,joinPolicy:l}=e,[$,u]=h({name:r,description:i,picture:c,joinPolicy:l}),m=async()=>{await s(()=>t.api.patch(`/groups/${e.id}`,$),o("saved"))&&n()};return a`<${C} title=${o("editGroup")} close=${n}>
    <${wt} model=${t} id=${e.id} given=${$} change=${u} action=${o("save")} then=${m} />
  <//>`}function oo({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),c=s.get("asked"),l=st(t.me),$=f=>t.attempt(async()=>{await f(),s.again("groups","invitations","asked")}),u=f=>$(async()=>{await t.groups.change(()=>n.post(`/groups/${f.id}/join`)),A("chats",`group-${f.id}`)}),m=f=>$(()=>n.delete(`/groups/${f.id}/invitations/${t.state.user}`)),p=(f,g)=>a`<${it} key=${f.id} model=${t} group=${f} selected=${e===String(f.id)} ...${g} />`;return a`
    <${w} title=${o("groups")}>
      ${!l&&a`<a class="icon-button" href=${b("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${O} name="search" /></a>`}
      ${!l&&a`<a class="icon-button" href=${b("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${O} name="plus" /></a>`}
    <//>
    ${i.length>0&&a`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(f=>a`<${it} key=${f.id} model=${t} group=${f} note=${o("invitedBy",{name:t.people.name(f.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(f)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>m(f)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&a`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${c.map(f=>p(f,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||c.length>0)&&a`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&a`<${M} icon="groups" text=${o(l?"guestHint":"noGroups")}>
        ${!l&&a`<a class="button" href=${b("groups","find")}>${o("findGroups")}</a>`}
        ${!l&&a`<a class="button" href=${b("groups","new")}>${o("newGroup")}</a>`}
      <//>`}
    <${D} items=${r} row=${f=>p(f,{})} />
  `}function no({model:t,code:e}){let[n,s]=h(e),r=W(()=>t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),A("chats",l.name)})),i=c=>{c.preventDefault(),r()};return a`<div class="page">
    <${w} title=${o("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${o("joinByLinkHint")}</p>
        <${y} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var so=[["keySwitch",K,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",K,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",K,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",K,"B"],["format_italic",K,"I"],["format_strike",K,"Shift","X"],["format_code",K,"E"],["format_link",K,"Shift","U"],["keyEscape","Esc"],["keyHelp",K,"/"]];function ro({close:t}){return a`<${C} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${so.map(([e,...n])=>a`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>a`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function io({model:t,id:e}){let[n,s]=h(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):j(i))}};return P(()=>{t.ready&&r()},[t.ready]),a`<div class="page">
    <${w} title=${o("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${n?a`<div role="alert"><${M} icon="link" text=${n} /></div>`:a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function ao({model:t}){let{mentions:e}=t;return P(()=>{e.again(),t.changed()},[]),a`
    <${w} title=${o("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(n=>a`<${ht} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&a`<${M} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&a`<${nt} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&a`<${J} key=${e.next} load=${()=>e.more()} />`}
  `}function co({model:t}){let[e,n]=h(""),s=T(t,e,u=>L(t,u,50)),r=N(e.trim()),i=t.lists.get("contacts").map(({user:u})=>u),c=i.filter(u=>t.people.namesOf(u).some(m=>N(m).includes(r))),l=(s??[]).filter(({id:u})=>!i.some(m=>m.id===u)),$=u=>a`<ul class="rows">
      ${u.map(m=>a`<${S} key=${m.id} model=${t} person=${m} note=${ut(m)} href=${b("chats",`user-${m.id}`)} />`)}
    </ul>`;return a`<div class="page">
    <${w} title=${o("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${c.length>0&&a`<h2 class="list-head">${o("contacts")}</h2>${$(c)}`}
      ${c.length>0&&l.length>0&&a`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${$(l)}
      ${s&&!c.length&&!l.length&&a`<${M} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}function lo({model:t,code:e}){let[n,s]=h(""),[r,i]=h(""),[c,l]=h(""),$=W(async u=>{u.preventDefault(),i(""),l("");try{await ee("POST","/v2/passwords",{body:{code:e,password:n},language:et()}),t.toast(o("passwordSet")),A("chats")}catch(m){(pt(m)?l:i)(j(m))}});return a`<main class="entry">
    <form class="card" onSubmit=${$}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${o("setPassword")}</h1>
      <${lt} label=${o("password")} problem=${c} value=${n} change=${s} />
      ${r&&a`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${o("setPassword")}</button>
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}function po({model:t}){let[e,n]=h({name:"",description:"",picture:"",joinPolicy:"open"}),s=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),A("chats",i.name)});return a`<div class="page">
    <${w} title=${o("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${wt} model=${t} given=${e} change=${n} action=${o("makeGroup")} then=${s} />
    </div>
  </div>`}function mo({model:t}){let[,e]=h(0),n=()=>e(c=>c+1),s=async c=>{await ie(c==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=c=>l=>{c(l==="on"),n(),t.changed()},i=(c,l,$)=>a`<${G} label=${c} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${$} />`;return a`<div class="page">
    <${w} title=${o("notices")} back=${b("settings")} />
    <div class="page-body form">
      <p class="dim">${o(gt()?"noticesHint":"noticesImpossible")}</p>
      ${gt()&&i(o("notices"),oe(),s)}
      ${gt()&&i(o("noticesText"),se(),r(ce))}
      ${i(o("sounds"),ne(),r(ae))}
      ${i(o("badge"),re(),r(le))}
    </div>
  </div>`}var $o="1000";function Et({model:t,what:e,close:n}){let[s,r]=h(""),[i,c]=h(""),[l,$]=h(""),[u,m]=h(!1),p=async f=>{if(f.preventDefault(),!s)return $(o("reportReasonNeeded"));m(!0),$("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(o("reported")),n()}catch(g){$(j(g)),m(!1)}};return a`<${C} title=${o(e.message?"reportMessage":"reportPerson")} close=${n}>
    <form onSubmit=${p}>
      <p class="dim">${o(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${G} label=${o("reportReason")} options=${Wt()} value=${s} change=${r} />
      <${y} label=${o("reportText")} value=${i} change=${c} rows="3" maxlength=${$o} />
      ${l&&a`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${u}>${o("report")}</button>
      </div>
    </form>
  <//>`}function uo({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,c=t.people.get(e);if(P(()=>{t.ready&&r.get(`/users/${e}`).then(d=>t.people.know(d)).then(t.changed,()=>{})},[e,t.ready]),!c)return a`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),$=e===t.state.user,m=Object.fromEntries(["contacts","received","sent","blocks"].map(d=>[d,i.has(d,e)])),p=i.get("received").find(({user:d})=>d.id===e)?.greeting,f=(d,v="")=>t.attempt(async()=>{await d(),i.again("contacts","received","sent","blocks")},v),g=()=>s("");return a`<div class="page">
    <${w} title=${o("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(c).filter(d=>d!==l).map(d=>a`<p key=${d} class="dim" dir="auto">${d}</p>`)}
        ${c.gender&&a`<p class="dim">${c.gender}</p>`}
        ${c.bio&&a`<p class="bio"><${dt} text=${c.bio} /></p>`}
        ${p&&a`<p class="greeting">${p}</p>`}
      </div>
      ${$?a`<div class="actions center"><a class="button" href=${b("settings","profile")}>${o("editProfile")}</a></div>`:!c.deleted&&a`<div class="tiles">
              <${E} icon="chats" text=${o("message")} kind="primary" act=${()=>A("chats",`user-${e}`)} />
              ${m.received&&a`<${E} icon="check" text=${o("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${m.received&&a`<${E} icon="close" text=${o("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${m.sent&&a`<${E} icon="close" text=${o("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!m.contacts&&!m.received&&!m.sent&&!m.blocks&&a`<${E} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${m.contacts&&a`<${E} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${m.contacts&&a`<${E} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${m.blocks?a`<${E} icon="check" text=${o("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:a`<${E} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${E} icon="flag" text=${o("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${n==="report"&&a`<${Et} model=${t} what=${{user:e}} close=${g} />`}
    ${n==="ask"&&a`<${be} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${d=>f(()=>r.put(`/contact-requests/sent/${e}`,d?{greeting:d}:{}),o("requestSent"))} />`}
    ${n==="remark"&&a`<${be} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${d=>f(()=>r.patch(`/contacts/${e}`,{remark:d}))} />`}
    ${n==="remove"&&a`<${U} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&a`<${U} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function be({title:t,label:e,action:n,limit:s,first:r="",close:i,then:c,...l}){let[$,u]=h(r);return a`<${C} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),c($.trim())}}>
      <${y} label=${e} value=${$} change=${u} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var fo=10;function ho({model:t,conversation:e,files:n,close:s}){let[r,i]=h(()=>n.map((k,I)=>({key:I,file:k,text:""}))),[c,l]=h(!0),[$,u]=h(""),m=r.length>1&&r.length<=fo,p=m&&c,f=r.filter(({file:k})=>!t.media.problemWith(k)),g=(k,I)=>i(r.with(k,{...r[k],text:I})),d=k=>r.length>1?i(r.toSpliced(k,1)):s(),v=k=>i(r.with(k-1,r[k]).with(k,r[k-1])),F=k=>{if(k.preventDefault(),!f.length)return;let I=e.draft.replyTo?.id;if(I&&e.draft.cancel(),p)t.media.send(e,f.map(({file:x})=>x),{text:$,replyTo:I});else for(let{file:x,text:z}of f)t.media.send(e,x,{text:z,replyTo:I}),I=void 0;s()},H=r.length===1,R=o(St(r[0].file)==="picture"?"sendPicture":"sendFile");return a`<${C} title=${H?R:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${F}>
      ${r.map(({key:k,file:I,text:x},z)=>a`<${go} key=${k} model=${t} file=${I} text=${x} change=${p?null:_=>g(z,_)}>
            ${z>0&&a`<${q} icon="up" label=${o("earlier",{name:I.name})} onClick=${()=>v(z)} />`}
            ${!H&&a`<${q} icon="close" label=${o("removeFile",{name:I.name})} onClick=${()=>d(z)} />`}
          <//>`)}
      <div class="preview-foot">
        ${m&&a`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${o("asOneMessage")}</label>`}
        ${p&&a`<${y} label=${o("caption")} value=${$} change=${u} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${f.length>0&&a`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function go({model:t,file:e,text:n,change:s,children:r}){let[i,c]=h(""),[l,$]=h(e.type.startsWith("video/")),u=St(e),m=t.media.problemWith(e);return P(()=>{let p=URL.createObjectURL(e);return c(p),()=>URL.revokeObjectURL(p)},[e]),a`<div class="preview-item">
    ${u==="picture"&&i&&a`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&a`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>$(!1)}></video>`}
    ${u==="audio"&&i&&a`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${O} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Ut(e.size)}</span>${r}
    </p>
    ${m?a`<p class="problem" role="alert">${m}</p>`:s&&a`<${y} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function bo({model:t}){return t.me?a`<div class="page">
    <${w} title=${o("profile")} back=${b("settings")} />
    <div class="page-body"><${vo} model=${t} /></div>
  </div>`:null}function vo({model:t}){let[e,n]=h(t.me),[s,r]=h(t.me);P(()=>{let m=p=>f=>[f,p[f]===s[f]?t.me[f]:p[f]];n(p=>Object.fromEntries(Object.keys(t.me).map(m(p)))),r(t.me)},[t.me]);let i=m=>p=>n({...e,[m]:p}),[c,l]=h({}),$=m=>{m.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await wo(t,f);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(d=>[d,e[d]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},u=m=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:m}),t.people.know(t.me),n(p=>({...p,avatar:t.me.avatar}))},o("saved"));return a`<form class="form" onSubmit=${$}>
    <${vt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${u} />
    <${y} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${y} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${y} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${y} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${o("email")} value=${e.email} change=${i("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function wo(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=j(s),delete e[r]}return n}var yt=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,n,s){this.model=e,this.path=`/groups/${n}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",n;try{n=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of n.items)this.#t(s);this.counts={read:n.read,received:n.received,none:n.none},this.next=n.next??""};#t({state:e,...n}){this.model.people.know({deleted:!1,...n});for(let s of Object.values(this.people))if(s.includes(n.id))return;this.people[e].push(n.id)}};var yo={read:"read",received:"delivered",none:"notDelivered"};function ko({model:t,conversation:e,message:n,close:s}){let[r]=h(e.others.size===0),[,i]=h(0),[c]=h(()=>new yt(t,e.place.group??0,n.id)),l=()=>c.more().finally(()=>i(f=>f+1)),$=e.readersOf(n),u=r?c.people:{read:$.read,received:$.received,none:$.neither},m=f=>a`<${S} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,p=([f,g])=>{let d=(r?c.counts?.[f]:u[f].length)??0;return d>0&&a`<h3 class="list-head" key=${`${f} head`}>${o(g)} · ${d}</h3>
        <${D} key=${f} items=${u[f]} row=${m} />`};return a`<${C} title=${o("readers")} close=${s}>
    ${Object.entries(yo).map(p)} ${r&&!c.complete&&a`<${J} load=${l} />`}
    ${c.refused&&a`<p role="alert">${j(c.refused)}</p>`}
    ${(r?c.nobody:!Object.values(u).flat().length)&&a`<p>${o("nobodyToRead")}</p>`}
  <//>`}var xo=50;function Po({model:t}){let[e,n]=h(null),[s,r]=h(""),i=async($="")=>{let u=await t.api.get(`/saved?limit=${xo}${$&&`&cursor=${encodeURIComponent($)}`}`);n($?m=>[...m??[],...u.items]:u.items),r(u.next??"")},c=mt(t,i,[t.kept.version]),l=$=>t.kept.save($,!1,o("unsaved"));return a`<div class="page">
    <${w} title=${o("savedMessages")} back=${b("chats")} stays />
    <div class="page-body">
      ${!e&&a`<${nt} model=${t} away=${c} />`}
      ${e&&!e.length&&!s&&a`<${M} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map($=>a`<${Co} key=${$.message.id} model=${t} saved=${$} remove=${l} />`)}
      </ul>
      ${s&&a`<${J} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function Co({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return a`<li class="row">
    <a class="row-main" href=${b("chats",n,e.id)}>
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
    <span class="row-actions"><${q} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var Oo=200;function ve({model:t,within:e,search:n,change:s}){let r=ct(),{sender:i,media:c,since:l,until:$}=n,u={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},m=qt(t.now());return a`<details class="filters" open=${!!(i||c||l||$)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${o("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${ye(t,e).slice(0,Oo).map(({id:p,name:f})=>a`<option key=${p} value=${f}></option>`)}</datalist>
      <${y} label=${o("sinceDay")} type="date" value=${l} max=${m} change=${p=>s({since:p})} />
      <${y} label=${o("untilDay")} type="date" value=${$} max=${m} change=${p=>s({until:p})} />
      <${G} label=${o("kind")} options=${u} value=${c} change=${p=>s({media:p})} />
    </div>
  </details>`}var Ft=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function we(t,e,{words:n,sender:s,media:r,since:i,until:c}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,Pt(i)))),c&&(l.before=String(Math.max(0,Pt(c,1)))),!s.trim())return l;let $=await Mo(t,e,s.trim());return $&&{...l,sender:String($)}}async function Mo(t,e,n){let s=N(n),r=i=>{let c=i.flatMap(({id:l,name:$})=>[$,...t.people.namesOf({id:l})].map(u=>({id:l,name:N(u)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(ye(t,e))??r((await L(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function ye(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var Rt={words:"",sender:"",media:"",since:"",until:""};function So({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=h(n&&n!==s?.search.words.trim()?{...Rt,words:n}:s?.search??Rt),[c,l]=h(s?.search===r?s:{search:r,items:null,next:"",query:""}),[$,u]=h(""),[m,p]=h(!1),f=Y(),g=Y(),d=e?t.conversation(e).place:{},{items:v,next:F}=c,H=async(x,z,_="")=>{p(!0),await t.attempt(async()=>{let Q=await t.api.get(`/search?${z}${_&&`&cursor=${encodeURIComponent(_)}`}`),rt=_?[...v,...Q.items]:Q.items,tt={search:x,query:z,items:rt,next:Q.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,tt),l(tt)}),p(!1)},R=async(x=r)=>{if(u(""),!Ft(x))return u(o("searchNeeds"));let z=x.words.trim();history.replaceState(history.state,"",b("search",e,...z?[z]:[]));let _=new URLSearchParams({limit:"30"});e==="announcements"&&_.set("announcements","true");for(let[rt,tt]of Object.entries(d))_.set(rt,String(tt));let Q=await we(t,e,x).catch(()=>null);if(!Q)return u(o("nobodyFound"));for(let[rt,tt]of Object.entries(Q))_.set(rt,tt);return H(x,_.toString())};P(()=>{t.ready&&!v&&Ft(r)&&R(),t.ready&&d.group!==void 0&&t.members.load(d.group).catch(()=>{})},[t.ready]),P(()=>{if(!n||n===r.words.trim())return;let x={...Rt,words:n};i(x),R(x)},[n]),Lt(()=>{f.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let k=x=>{x.preventDefault(),R()};return a`<div class="page" ref=${f} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=f.current.scrollTop)}}>
    <${w} title=${e?o("searchIn",{name:t.titleOf(t.conversation(e))}):o("searchMessages")} back=${e?b("chats",e):b("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${k}>
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
        <${ve} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${$&&a`<p class="problem" role="alert">${$}</p>`}
      ${v&&!v.length&&!F&&!m&&a`<${M} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(x=>a`<${ht} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${m&&a`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${F&&!m&&a`<div class="actions center"><button type="button" onClick=${()=>H(c.search,c.query,F)}>${o("more")}</button></div>`}
    </div>
  </div>`}var Ao=[["profile","person"],["account","lock"],["devices","device"],["notices","bell"],["appearance","look"],["blocked","block"]];function Eo({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return a`
    <${w} title=${o("settings")} />
    ${t.me&&a`<div class="portrait small">
        <${B} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${Ao.map(([s,r])=>a`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${O} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&a`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${O} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${O} name="megaphone" />${o("announcements")}</a>
      </li>
      ${Kt(t.me,"moderator")&&a`<li class="row">
          <a class="row-main setting" href=${b("admin")}><${O} name="lock" />${o("administration")}</a>
        </li>`}
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${O} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var Z=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(Z||{}),Fo=[0,1],xe=[1,0],Pe=[2,3],Ce=[3,2],Ro={L:Fo,M:xe,Q:Pe,H:Ce},Io=/^\d*$/,No=/^[A-Z0-9 $%*+./:-]*$/,It="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",zt=1,jt=40,ke=3,Bo=3,kt=40,To=10,Oe=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],Me=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Nt=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<zt||e>jt)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let $=0;$<8;$++){this.applyMask($),this.drawFormatBits($);let u=this.getPenaltyScore();u<l&&(r=$,l=u),this.applyMask($)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,Z.Timing),this.setFunctionModule(s,6,s%2===0,Z.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,V(r,i));this.setFunctionModule(8,7,V(r,6)),this.setFunctionModule(8,8,V(r,7)),this.setFunctionModule(7,8,V(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,V(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,V(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,V(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=V(n,s),i=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(i,c,r),this.setFunctionModule(c,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=n+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,i!==2&&i!==4,Z.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,Z.Alignment)}setFunctionModule(e,n,s,r=Z.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==xt(n,s))throw new RangeError("Invalid argument");let r=Me[s[0]][n],i=Oe[s[0]][n],c=Math.floor(Bt(n)/8),l=r-c%r,$=Math.floor(c/r),u=[],m=Uo(i);for(let f=0,g=0;f<r;f++){let d=e.slice(g,g+$-i+(f<l?0:1));g+=d.length;let v=Wo(d,m);f<l&&d.push(0),u.push(d.concat(v))}let p=[];for(let f=0;f<u[0].length;f++)u.forEach((g,d)=>{(f!==$-i||d>=l)&&p.push(g[f])});return p}drawCodewords(e){if(e.length!==Math.floor(Bt(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let c=s-i,$=(s+1&2)===0?this.size-1-r:r;!this.types[$][c]&&n<e.length*8&&(this.modules[$][c]=V(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[i][u]===c?(l++,l===5?e+=ke:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*kt),c=this.modules[i][u],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*kt}for(let i=0;i<this.size;i++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[u][i]===c?(l++,l===5?e+=ke:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*kt),c=this.modules[u][i],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*kt}for(let i=0;i<this.size-1;i++)for(let c=0;c<this.size-1;c++){let l=this.modules[i][c];l===this.modules[i][c+1]&&l===this.modules[i+1][c]&&l===this.modules[i+1][c+1]&&(e+=Bo)}let n=0;for(let i of this.modules)n=i.reduce((c,l)=>c+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*To,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function X(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function V(t,e){return(t>>>e&1)!==0}var at=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},zo=[1,10,12,14],jo=[2,9,11,13],Do=[4,8,16,16];function Se(t,e){return t[Math.floor((e+7)/17)+1]}function Ae(t){let e=[];for(let n of t)X(n,8,e);return new at(Do,t.length,e)}function Lo(t){if(!Ee(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);X(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new at(zo,t.length,e)}function Ho(t){if(!Fe(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=It.indexOf(t.charAt(n))*45;s+=It.indexOf(t.charAt(n+1)),X(s,11,e)}return n<t.length&&X(It.indexOf(t.charAt(n)),6,e),new at(jo,t.length,e)}function Go(t){return t===""?[]:Ee(t)?[Lo(t)]:Fe(t)?[Ho(t)]:[Ae(qo(t))]}function Ee(t){return Io.test(t)}function Fe(t){return No.test(t)}function _o(t,e){let n=0;for(let s of t){let r=Se(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function qo(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function Bt(t){if(t<zt||t>jt)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function xt(t,e){return Math.floor(Bt(t)/8)-Oe[e[0]][t]*Me[e[0]][t]}function Uo(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Tt(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Tt(n,2)}return e}function Wo(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,c)=>n[c]^=Tt(i,r))}return n}function Tt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function Ko(t,e,n=1,s=40,r=-1,i=!0){if(!(zt<=n&&n<=s&&s<=jt)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=n;;c++){let p=xt(c,e)*8,f=_o(t,c);if(f<=p){l=f;break}if(c>=s)throw new RangeError("Data too long")}for(let p of[xe,Pe,Ce])i&&l<=xt(c,p)*8&&(e=p);let $=[];for(let p of t){X(p.mode[0],4,$),X(p.numChars,Se(p.mode,c),$);for(let f of p.getData())$.push(f)}let u=xt(c,e)*8;X(0,Math.min(4,u-$.length),$),X(0,(8-$.length%8)%8,$);for(let p=236;$.length<u;p^=253)X(p,8,$);let m=Array.from({length:Math.ceil($.length/8)},()=>0);return $.forEach((p,f)=>m[f>>>3]|=p<<7-(f&7)),new Nt(c,e,m,r)}function Re(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:c=-1,border:l=1}=e||{},$=typeof t=="string"?Go(t):Array.isArray(t)?[Ae(t)]:void 0;if(!$)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let u=Ko($,Ro[n],r,i,c,s),m=Yo({version:u.version,maskPattern:u.mask,size:u.size,data:u.modules,types:u.types},l);return e?.invert&&(m.data=m.data.map(p=>p.map(f=>!f))),e?.onEncoded?.(m),m}function Yo(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let c=0;c<e;c++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=Z.Border;t.types.forEach(i=>{for(let c=0;c<e;c++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function Vo({model:t,close:e}){let n=`${location.origin}${$t}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return a`<${C} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${q} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${Xo} text=${n} />
    ${"share"in navigator&&a`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function Xo({text:t}){let{size:e,path:n}=Gt(()=>{let s=Re(t,{border:2}),r=s.data.flatMap((i,c)=>i.flatMap((l,$)=>l?[`M${$} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return a`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var Dt=12;function Jo({model:t,close:e}){let[n,s]=h(""),[r,i]=h(0),c=Y(),l=ct(),$=T(t,n,d=>d?L(t,d,Dt):[]),u=N(n.trim());P(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let m=Zo(t,n.trim(),$??[]),p=Math.min(r,m.length-1);P(()=>c.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let f=({name:d})=>{e(),A("chats",d)},g=d=>{if(d.isComposing||d.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(d.key in v&&m.length)i((p+v[d.key]+m.length)%m.length);else if(d.key==="Enter"&&m.length)f(m[p]);else return;d.preventDefault()};return a`<${C} title=${o("goTo")} close=${e}>
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
      onInput=${d=>{s(d.currentTarget.value),i(0)}}
    />
    ${m.length>0&&a`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${o("goTo")}>
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
                <${Qt} unread=${d.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${$&&u&&!m.length?o("nothingFound"):""}</p>
  <//>`}function Zo(t,e,n){let s=m=>Math.max(m.last?.time??0,m.touched??0),r=t.all.filter(m=>m!==t.watching||e).sort((m,p)=>s(p)-s(m)).map(m=>({id:m.id,name:m.name,title:t.titleOf(m),picture:t.pictureOf(m),kind:m.kind,unread:m.unread,names:m.place.user!==void 0?t.people.namesOf({id:m.place.user}):void 0}));if(!e)return r.slice(0,Dt);let i=({id:m,avatar:p})=>({id:m,name:`user-${m}`,title:t.people.name(m),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:m})}),c=t.lists.get("contacts").map(({user:m})=>i(m)),l=m=>Qo(m.map(p=>({...p,place:p.name,name:p.title})),e),$=[...l(r),...l(c),...n.map(m=>({...i(m),place:`user-${m.id}`}))],u=new Map;for(let m of $)u.has(m.place)||u.set(m.place,{...m,name:m.place});return[...u.values()].slice(0,Dt)}function Qo(t,e){let n=N(e),s=Ot(t.map(c=>({...c,names:[c.title]})),e),r=new Set(s.map(({place:c})=>c)),i=Ot(t,e).filter(({place:c})=>!r.has(c));return[...s,...i.map(c=>({...c,why:c.names?.find(l=>N(l).includes(n))}))]}export{Ie as Account,Be as Appearance,Te as Archive,ze as Blocked,je as Contacts,Le as Devices,Ge as FindGroups,_e as FindPeople,qe as Forward,to as Group,oo as Groups,no as Join,ro as Keys,io as Linked,ao as Mentions,co as NewChat,po as NewGroup,lo as NewPassword,mo as Notices,uo as Person,ho as Preview,bo as Profile,ko as Readers,Et as Report,Po as Saved,So as Search,Eo as Settings,Vo as Share,Jo as Switcher};
