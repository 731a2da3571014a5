import{$ as qt,A as Tt,B as y,C as gt,D as zt,E as jt,F as W,G as Q,Ga as vt,H as R,J as O,Ja as at,K as H,Na as ct,O as F,Oa as tt,P as b,R as A,S as ot,T as w,Ta as lt,U as Lt,Ua as _,V as Dt,W as bt,Y as Ht,Ya as pt,Z as _t,_ as Gt,aa as Ut,ab as wt,ba as Wt,d as h,da as Kt,e as k,f as Ft,g as Rt,h as It,i as a,j as U,ja as Yt,k as st,ka as z,la as B,m as P,ma as I,n as D,na as j,o as Nt,oa as it,p as rt,pa as Vt,r as o,t as Z,v as Bt,w as ht,ya as Jt}from"./shared.js";function ye({model:t}){let[e,n]=h(""),[s,r]=h(""),[i,c]=h(""),[l,u]=h(!1),m=async p=>{p.preventDefault(),c("");let $=d=>jt(d)&&(c(Q(d)),!0);await t.attempt(()=>t.link.ask("changePassword",e,s,rt()),o("passwordChanged"),$)&&(n(""),r(""))};return a`<div class="page">
    <${w} title=${o("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${m}>
        <h2>${o("changePassword")}</h2>
        <p class="dim">${o("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${t.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${gt} label=${o("oldPassword")} value=${e} change=${n} required autocomplete="current-password" />
        <${zt} label=${o("newPassword")} problem=${i} value=${s} change=${r} />
        <div class="actions"><button class="primary">${o("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${o("deleteAccount")}</h2>
        <p class="dim">${o("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${o("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&a`<${ke} model=${t} close=${()=>u(!1)} />`}
  </div>`}function ke({model:t,close:e}){let[n,s]=h(""),r=async i=>{i.preventDefault(),await t.attempt(()=>t.api.post("/me/deletion",{password:n}))&&(e(),location.hash="",await t.link.ask("forget"))};return a`<${O} title=${o("deleteAccount")} close=${e}>
    <form onSubmit=${r}>
      <p>${o("deleteAccountQuestion")}</p>
      <${gt} label=${o("password")} value=${n} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${o("cancel")}</button>
        <button class="danger">${o("deleteAccount")}</button>
      </div>
    </form>
  <//>`}function Xt({model:t}){let[,e]=h(0),n=()=>e(c=>c+1),s=async c=>{await qt(c==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=c=>l=>{c(l==="on"),n()},i=(c,l,u)=>a`<${W} label=${c} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${u} />`;return a`
    ${bt()&&i(o("notices"),Ht(),s)}
    ${bt()&&i(o("noticesText"),Gt(),r(Wt))}
    ${i(o("sounds"),_t(),r(Ut))}
  `}function xe({model:t}){let e=s=>{Dt(s),t.changed()},n=s=>t.speak(s);return a`<div class="page">
    <${w} title=${o("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${W} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${Lt()} change=${e} />
      <${W} label=${o("language")} options=${Nt} value=${rt()} change=${n} />
      <${Xt} model=${t} />
    </div>
  </div>`}function M({icon:t,text:e,children:n}){return a`<div class="nothing">
    <span class="nothing-sign"><${P} name=${t} /></span>
    <p>${e}</p>
    ${n&&a`<div class="nothing-actions">${n}</div>`}
  </div>`}function Pe({model:t,selected:e}){let[n,s]=h(!1),{archived:r}=t,{line:i}=t.state;return k(()=>{t.ready&&!n&&t.overview.archive().then(()=>s(!0)).catch(()=>{})},[t.ready,i]),a`
    <${w} title=${o("archive")} back=${b("chats")} />
    <${z}
      items=${r}
      row=${c=>a`<${Yt} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${n&&!r.length&&a`<${M} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
  `}function Ce({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return a`<div class="page">
    <${w} title=${o("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&a`<${M} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>a`<${A} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Oe({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=new Intl.Collator,i=[...t.lists.get("contacts")].sort((c,l)=>r.compare(t.people.name(c.user.id),t.people.name(l.user.id)));return a`
    <${w} title=${o("contacts")}>
      <a class="icon-button" href=${b("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${P} name="plus" /></a>
    <//>
    ${n.length>0&&a`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:c,greeting:l})=>a`<${Me} key=${c.id} model=${t} user=${c} greeting=${l} />`)}
    </ul>
    ${s.length>0&&a`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:c})=>a`<${A} key=${c.id} model=${t} person=${c} note=${o("waitingForAnswer")} selected=${e===String(c.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&a`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!i.length&&a`<${M} icon="contacts" text=${o("noContacts")}>
      <a class="button" href=${b("contacts","find")}>${o("findPeople")}</a>
    <//>`}
    <${z}
      items=${i}
      row=${({user:c})=>a`<${A} key=${c.id} model=${t} person=${c} note=${c.bio} selected=${e===String(c.id)} />`}
    />
  `}function Me({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=(u,m)=>t.attempt(async()=>{await u(),r.again("received","contacts")},m),c=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return a`<${A} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function Ee({model:t}){let[e,n]=h(null),s=t.lists.get("devices"),r=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return a`<div class="page">
    <${w} title=${o("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${o("devicesHint")}</p>
      <ul class="rows">
        ${s.map(i=>a`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${P} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${Zt(i)}</span>
                  <span class="row-note wrap">${Ae(i)}</span>
                </span>
              </span>
              ${!i.current&&a`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>n(i)}>${o("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&a`<${H} title=${o("revoke")} text=${o("revokeQuestion",{name:Zt(e)})} action=${o("revoke")} close=${()=>n(null)} then=${r} />`}
  </div>`}var Zt=t=>t.dialect==="v1"?`${o("v1Device")} (${t.name})`:t.name;function Ae(t){return t.current?o("thisDevice"):t.loggedIn?[t.used&&Z(t.used),t.address].filter(Boolean).join(" · "):o("loggedOut")}function Se({model:t}){let[e,n]=h(""),s=I(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return a`<div class="page">
    <${w} title=${o("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${y} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${ot} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function Fe({model:t}){let[e,n]=h(""),s=I(t,e,r=>j(t,r,50));return a`<div class="page">
    <${w} title=${o("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${M} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${A} key=${r.id} model=${t} person=${r} note=${it(r)}>
              <button type="button" class="small" onClick=${()=>F("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var yt=20;function Re({model:t,message:e,close:n}){let[s,r]=h(""),[i,c]=h(""),[l,u]=h([]),m=B(s.trim()),p=I(t,s,v=>v?j(t,v,yt):[]),$=m?Ie(t,Vt(t,Qt(t,t.all),m),p??[]):Qt(t,t.listed);k(()=>{m&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!m]);let d=v=>{l.includes(v)?u(l.filter(E=>E!==v)):l.length<yt?u([...l,v]):t.toast(o("tooManyChats",{most:yt}),"problem")},g=v=>{if(v.preventDefault(),!!l.length){for(let E of l)t.forward(t.conversation(E),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},f=v=>a`<${Ne} key=${v.name} model=${t} conversation=${v} chosen=${l.includes(v.name)} toggle=${()=>d(v.name)} />`;return a`<${O} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${y} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!$.length&&(p||!m)&&a`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${z} items=${$} row=${f} /></div>
      <${y} label=${o("comment")} value=${i} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function Ie(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(vt({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>at(t,i))]}function Qt(t,e){let n=e.filter(i=>at(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(vt({user:i.id}))).filter(i=>!s.has(i.name)&&at(t,i));return[...n,...r]}function Ne({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return a`<li class="row">
    <label class="row-main forward-choice">
      <input type="checkbox" checked=${n} onChange=${s} />
      <${R}
        model=${t}
        name=${r}
        picture=${t.pictureOf(e)}
        kind=${e.kind}
        size="small"
      />
      <span class="row-text"><span class="row-title">${r}</span></span>
    </label>
  </li>`}var $t=256;function ut({model:t,name:e,kind:n="person",value:s,change:r}){let i=U(),[c,l]=h(!1);return a`<div class="picture-field">
    <${R} model=${t} name=${e} picture=${s} kind=${n} size="large" />
    <input ref=${i} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&(l(!0),await t.attempt(async()=>r(await t.media.storeOpen(await Be(p)))),l(!1))}} />
    <div class="actions">
      <button type="button" disabled=${c} onClick=${()=>i.current.click()}>${o("choosePicture")}</button>
      ${s&&a`<button type="button" onClick=${()=>r("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function Be(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:$t,height:$t}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,$t,$t);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var Te=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function mt({model:t,given:e,change:n,action:s,then:r}){let i=l=>u=>n({...e,[l]:u});return a`<form class="form" onSubmit=${l=>{l.preventDefault(),r()}}>
    <${ut} model=${t} name=${e.name} kind="group" value=${e.picture} change=${i("picture")} />
    <${y} label=${o("groupName")} value=${e.name} change=${i("name")} required maxlength="64" autocomplete="off" />
    <${y} label=${o("description")} value=${e.description} change=${i("description")} rows="3" maxlength="1024" />
    <${W} label=${o("whoMayJoin")} options=${Te()} value=${e.joinPolicy} change=${i("joinPolicy")} />
    <div class="actions"><button class="primary">${s}</button></div>
  </form>`}function ee({model:t,group:e,close:n}){let[s,r]=h(""),[i,c]=h(new Set),l=I(t,s,$=>$?j(t,$,20):te(t)),u=new Set(t.members.get(e.id).map($=>$.id)),m=$=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${$.id}`),c(new Set([...i,$.id]))},o("invitedDone",{name:t.people.name($.id)})),p=(l??te(t)).filter($=>!u.has($.id));return a`<${O} title=${o("invite")} close=${n}>
    <${y} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!p.length&&s.trim()&&a`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${p.map($=>a`<${A} key=${$.id} model=${t} person=${$}>
            <button type="button" class="small" disabled=${i.has($.id)} onClick=${()=>m($)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function te(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var ze=168*36e5;function oe({model:t,group:e,close:n}){let[s,r]=h(null),i=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await c()});k(()=>{l(()=>{})},[]);let u=p=>`${location.origin}${ct}/${b("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText(u(p)),o("copied"));return a`<${O} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>a`<li key=${p.id}>
            <input readonly value=${u(p)} aria-label=${o("inviteLink")} onFocus=${$=>$.currentTarget.select()} />
            <${D} icon="copy" label=${o("copy")} onClick=${()=>m(p)} />
            <${D} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:Z(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>l(()=>t.api.post(i,{expires:t.now()+ze}))}>${o("newLink")}</button>
    </div>
  <//>`}function ne({model:t,group:e}){let[n,s]=h({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Rt(0),c=async()=>{let g=++i.current,f=await Promise.all(["requests","invitations","bans"].map(v=>r.all(`/groups/${e.id}/${v}`)));for(let v of f.flat())t.people.know({gender:"",bio:"",deleted:!1,...v});g===i.current&&s({requests:f[0],invitations:f[1],bans:f[2]})};k(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),u=`/groups/${e.id}`,m={requests:g=>a`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${u}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${u}/bans/${g.id}`))}>${o("unban")}</button>
    `},p=new Set(t.members.get(e.id).map(({id:g})=>g)),$={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,f])=>({name:g,people:f.filter(({id:v})=>!p.has(v))})).map(({name:g,people:f})=>f.length>0&&a`<h2 class="list-head" key=${g}>${o($[g])}</h2>
        <ul class="rows">
          ${f.map(v=>a`<${A} key=${v.id} model=${t} person=${v}>${m[g](v)}<//>`)}
        </ul>`)}var se={owner:0,admin:1,member:2},je=36e5,Le=10;function re({model:t,group:e}){let[n,s]=h(""),r=B(n.trim()),i=t.members.isComplete(e.id),c=I(t,n,$=>$&&!i?t.members.find(e.id,$):null),l=t.members.get(e.id),u=r?l.filter($=>t.people.namesOf($).some(d=>B(d).includes(r))):l,m=(r&&c?t.members.found(e.id):[]).filter(({id:$})=>!l.some(d=>d.id===$)),p=[...u,...m].sort(($,d)=>se[$.role]-se[d.role]);return a`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>Le&&a`<form class="filter" role="search" onSubmit=${$=>$.preventDefault()}>
        <${P} name="search" />
        <input
          type="search"
          value=${n}
          maxlength="64"
          autocomplete="off"
          placeholder=${o("findMembers")}
          aria-label=${o("findMembers")}
          onInput=${$=>s($.currentTarget.value)}
        />
      </form>`}
    ${r&&!p.length&&(i||c)&&a`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${z}
      items=${p}
      row=${$=>a`<${De} key=${$.id} model=${t} group=${e} member=${$} />`}
    />
    ${!i&&!r&&a`<${tt} load=${()=>t.members.more(e.id)} />`}
  `}function De({model:t,group:e,member:n}){let[s,r]=h(null),[i,c]=h(""),l=U(),u=e.you.role,m=t.lasts(n.muted),$=(u==="owner"||u==="admin"&&n.role==="member")&&n.id!==t.state.user,d=`/groups/${e.id}/members/${n.id}`,g=C=>t.attempt(async()=>{await C(),await t.groups.refresh(e.id)}),f=C=>g(()=>t.api.put(`${d}/role`,{role:C})),v=[u==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>f("admin")},u==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>f("member")},u==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>c("makeOwner")},m?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${d}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${d}/mute`,{until:t.now()+je}))},!m&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${d}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>c("ban"),danger:!0}],E={makeOwner:()=>f("owner"),removeMember:()=>g(()=>t.api.delete(d)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},G=[n.role!=="member"&&o(n.role),m&&o("muted")].filter(Boolean).join(" · "),q=t.people.name(n.id);return a`<${A} model=${t} person=${n} note=${G}>
    ${$&&a`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:q})}
        onClick=${()=>r(l.current)}
      >
        <${P} name="more" />
      </button>`}
    ${s&&a`<${Kt} anchor=${s} label=${q} close=${()=>r(null)} items=${v} />`}
    ${i&&a`<${H} title=${o(i)} text=${o(`${i}Question`,{name:q})} action=${o(i)} close=${()=>c("")} then=${E[i]} />`}
  <//>`}function S({icon:t,text:e,kind:n="",act:s}){return a`<button type="button" class=${n||void 0} onClick=${s}><${P} name=${t} />${e}</button>`}var He={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function _e({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,c=t.groups.get(e),l=c?.you.role;if(k(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return a`<div class="page"><${w} title=${o("group")} back=${b("groups")} /></div>`;if(c.gone)return a`<div class="page">
      <${w} title=${c.name||o("group")} back=${b("groups")} />
      <p class="hint">${o(c.gone)}</p>
    </div>`;let u=(E,G="")=>t.attempt(async()=>{await E(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},G),m=()=>s(""),p=()=>F("chats",`group-${e}`),$=()=>u(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),d=E=>t.attempt(async()=>{await E(),i.again("groups"),F("groups")}),g=l==="owner"?"dissolve":"leave",f=l==="owner"||l==="admin",v=t.lasts(c.muted);return a`<div class="page">
    <${w} title=${o("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${R} model=${t} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${o(c.size===1?"oneMember":"members",{count:c.size})} · ${o(He[c.joinPolicy])}</p>
        ${c.description&&a`<p class="bio"><${lt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&a`<${S} icon="chats" text=${o("message")} kind="primary" act=${p} />`}
        ${l&&a`<${S} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${f&&a`<${S} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${f&&a`<${S} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${f&&a`<${S} icon=${v?"bell":"mute"} text=${o(v?"unmuteGroup":"muteGroup")}
            act=${()=>u(()=>v?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&a`<div class="actions center">
          ${c.you.requested&&a`<button type="button" onClick=${()=>u(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&a`<button type="button" class="primary" onClick=${$}>${o(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${f&&a`<${ne} model=${t} group=${c} />`}
      ${l&&a`<${re} model=${t} group=${c} />`}
      ${l&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(g)}><${P} name=${g==="leave"?"leave":"recall"} />${o(g)}</button>
        </div>`}
    </div>
    ${n==="edit"&&a`<${Ge} model=${t} group=${c} close=${m} act=${u} />`}
    ${n==="invite"&&a`<${ee} model=${t} group=${c} close=${m} />`}
    ${n==="links"&&a`<${oe} model=${t} group=${c} close=${m} />`}
    ${n==="leave"&&a`<${H} title=${o("leave")} text=${o("leaveQuestion",{name:c.name})} action=${o("leave")} close=${m}
        then=${()=>d(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&a`<${H} title=${o("dissolve")} text=${o("dissolveQuestion",{name:c.name})} action=${o("dissolve")} close=${m}
        then=${()=>d(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function Ge({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:c,joinPolicy:l}=e,[u,m]=h({name:r,description:i,picture:c,joinPolicy:l}),p=async()=>{await s(()=>t.api.patch(`/groups/${e.id}`,u),o("saved"))&&n()};return a`<${O} title=${o("editGroup")} close=${n}>
    <${mt} model=${t} given=${u} change=${m} action=${o("save")} then=${p} />
  <//>`}function qe({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),c=s.get("asked"),l=$=>t.attempt(async()=>{await $(),s.again("groups","invitations","asked")}),u=$=>l(async()=>{await t.groups.change(()=>n.post(`/groups/${$.id}/join`)),F("chats",`group-${$.id}`)}),m=$=>l(()=>n.delete(`/groups/${$.id}/invitations/${t.state.user}`)),p=($,d)=>a`<${ot} key=${$.id} model=${t} group=${$} selected=${e===String($.id)} ...${d} />`;return a`
    <${w} title=${o("groups")}>
      <a class="icon-button" href=${b("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${P} name="search" /></a>
      <a class="icon-button" href=${b("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${P} name="plus" /></a>
    <//>
    ${i.length>0&&a`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map($=>a`<${ot} key=${$.id} model=${t} group=${$} note=${o("invitedBy",{name:t.people.name($.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u($)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>m($)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&a`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${c.map($=>p($,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||c.length>0)&&a`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&a`<${M} icon="groups" text=${o("noGroups")}>
        <a class="button" href=${b("groups","find")}>${o("findGroups")}</a>
        <a class="button" href=${b("groups","new")}>${o("newGroup")}</a>
      <//>`}
    <${z} items=${r} row=${$=>p($,{})} />
  `}function Ue({model:t,code:e}){let[n,s]=h(e),r=i=>{i.preventDefault(),t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),F("chats",l.name)})};return a`<div class="page">
    <${w} title=${o("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${r}>
        <p>${o("joinByLinkHint")}</p>
        <${y} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var We=[["keySwitch",_,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",_,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",_,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",_,"B"],["format_italic",_,"I"],["format_strike",_,"Shift","X"],["format_code",_,"E"],["format_link",_,"Shift","U"],["keyEscape","Esc"],["keyHelp",_,"/"]];function Ke({close:t}){return a`<${O} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${We.map(([e,...n])=>a`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>a`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function Ye({model:t,id:e}){let[n,s]=h(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(b("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):Q(i))}};return k(()=>{t.ready&&r()},[t.ready]),a`<div class="page">
    <${w} title=${o("aMessage")} back=${b("chats")} />
    <div class="page-body">
      ${n?a`<div role="alert"><${M} icon="link" text=${n} /></div>`:a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function Ve({model:t}){let{mentions:e}=t;return k(()=>{e.again(),t.changed()},[]),a`
    <${w} title=${o("mentions")} back=${b("chats")} />
    <ul class="rows">
      ${e.items.map(n=>a`<${pt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&a`<${M} icon="at" text=${o("noMentions")} />`}
    ${t.ready&&!e.complete&&a`<${tt} key=${e.next} load=${()=>e.more()} />`}
  `}function Je({model:t}){let[e,n]=h(""),s=I(t,e,m=>j(t,m,50)),r=B(e.trim()),i=t.lists.get("contacts").map(({user:m})=>m),c=i.filter(m=>t.people.namesOf(m).some(p=>B(p).includes(r))),l=(s??[]).filter(({id:m})=>!i.some(p=>p.id===m)),u=m=>a`<ul class="rows">
      ${m.map(p=>a`<${A} key=${p.id} model=${t} person=${p} note=${it(p)} href=${b("chats",`user-${p.id}`)} />`)}
    </ul>`;return a`<div class="page">
    <${w} title=${o("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${y} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${c.length>0&&a`<h2 class="list-head">${o("contacts")}</h2>${u(c)}`}
      ${c.length>0&&l.length>0&&a`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${u(l)}
      ${s&&!c.length&&!l.length&&a`<${M} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}function Xe({model:t}){let[e,n]=h({name:"",description:"",picture:"",joinPolicy:"open"}),s=()=>t.attempt(async()=>{let r=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let i=t.conversation(`group-${r.id}`);Object.assign(i,{gone:!1,listed:!0,touched:t.now()}),F("chats",i.name)});return a`<div class="page">
    <${w} title=${o("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${mt} model=${t} given=${e} change=${n} action=${o("makeGroup")} then=${s} />
    </div>
  </div>`}function Ze({model:t,id:e}){let[n,s]=h(""),{api:r,lists:i}=t,c=t.people.get(e);if(k(()=>{t.ready&&r.get(`/users/${e}`).then(f=>t.people.know(f)).then(t.changed,()=>{})},[e,t.ready]),!c)return a`<div class="page"><${w} title="" back=${b("contacts")} /></div>`;let l=t.people.name(e),u=e===t.state.user,p=Object.fromEntries(["contacts","received","sent","blocks"].map(f=>[f,i.has(f,e)])),$=i.get("received").find(({user:f})=>f.id===e)?.greeting,d=(f,v="")=>t.attempt(async()=>{await f(),i.again("contacts","received","sent","blocks")},v),g=()=>s("");return a`<div class="page">
    <${w} title=${o("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${R} model=${t} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${t.people.namesOf(c).filter(f=>f!==l).map(f=>a`<p key=${f} class="dim" dir="auto">${f}</p>`)}
        ${c.gender&&a`<p class="dim">${c.gender}</p>`}
        ${c.bio&&a`<p class="bio"><${lt} text=${c.bio} /></p>`}
        ${$&&a`<p class="greeting">${$}</p>`}
      </div>
      ${u?a`<div class="actions center"><a class="button" href=${b("settings","profile")}>${o("editProfile")}</a></div>`:!c.deleted&&a`<div class="tiles">
              <${S} icon="chats" text=${o("message")} kind="primary" act=${()=>F("chats",`user-${e}`)} />
              ${p.received&&a`<${S} icon="check" text=${o("accept")} act=${()=>d(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${p.received&&a`<${S} icon="close" text=${o("reject")} act=${()=>d(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${p.sent&&a`<${S} icon="close" text=${o("takeBack")} act=${()=>d(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!p.contacts&&!p.received&&!p.sent&&!p.blocks&&a`<${S} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${p.contacts&&a`<${S} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${p.contacts&&a`<${S} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${p.blocks?a`<${S} icon="check" text=${o("unblock")} act=${()=>d(()=>r.delete(`/blocks/${e}`))} />`:a`<${S} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
            </div>`}
    </div>
    ${n==="ask"&&a`<${ie} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${f=>d(()=>r.put(`/contact-requests/sent/${e}`,f?{greeting:f}:{}),o("requestSent"))} />`}
    ${n==="remark"&&a`<${ie} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${f=>d(()=>r.patch(`/contacts/${e}`,{remark:f}))} />`}
    ${n==="remove"&&a`<${H} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>d(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&a`<${H} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>d(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function ie({title:t,label:e,action:n,limit:s,first:r="",close:i,then:c,...l}){let[u,m]=h(r);return a`<${O} title=${t} close=${i}>
    <form onSubmit=${$=>{$.preventDefault(),i(),c(u.trim())}}>
      <${y} label=${e} value=${u} change=${m} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var Qe=10;function to({model:t,conversation:e,files:n,close:s}){let[r,i]=h(()=>n.map((C,N)=>({key:N,file:C,text:""}))),[c,l]=h(!0),[u,m]=h(""),p=r.length>1&&r.length<=Qe,$=p&&c,d=r.filter(({file:C})=>!t.media.problemWith(C)),g=(C,N)=>i(r.with(C,{...r[C],text:N})),f=C=>r.length>1?i(r.toSpliced(C,1)):s(),v=C=>i(r.with(C-1,r[C]).with(C,r[C-1])),E=C=>{if(C.preventDefault(),!d.length)return;let N=e.draft.replyTo?.id;if(N&&e.draft.cancel(),$)t.media.send(e,d.map(({file:x})=>x),{text:u,replyTo:N});else for(let{file:x,text:T}of d)t.media.send(e,x,{text:T,replyTo:N}),N=void 0;s()},G=r.length===1,q=o(wt(r[0].file)==="picture"?"sendPicture":"sendFile");return a`<${O} title=${G?q:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${E}>
      ${r.map(({key:C,file:N,text:x},T)=>a`<${eo} key=${C} model=${t} file=${N} text=${x} change=${$?null:L=>g(T,L)}>
            ${T>0&&a`<${D} icon="up" label=${o("earlier",{name:N.name})} onClick=${()=>v(T)} />`}
            ${!G&&a`<${D} icon="close" label=${o("removeFile",{name:N.name})} onClick=${()=>f(T)} />`}
          <//>`)}
      <div class="preview-foot">
        ${p&&a`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${o("asOneMessage")}</label>`}
        ${$&&a`<${y} label=${o("caption")} value=${u} change=${m} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${d.length>0&&a`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function eo({model:t,file:e,text:n,change:s,children:r}){let[i,c]=h(""),[l,u]=h(e.type.startsWith("video/")),m=wt(e),p=t.media.problemWith(e);return k(()=>{let $=URL.createObjectURL(e);return c($),()=>URL.revokeObjectURL($)},[e]),a`<div class="preview-item">
    ${m==="picture"&&i&&a`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&a`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>u(!1)}></video>`}
    ${m==="audio"&&i&&a`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${P} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Tt(e.size)}</span>${r}
    </p>
    ${p?a`<p class="problem" role="alert">${p}</p>`:s&&a`<${y} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function oo({model:t}){return t.me?a`<div class="page">
    <${w} title=${o("profile")} back=${b("settings")} />
    <div class="page-body"><${no} model=${t} /></div>
  </div>`:null}function no({model:t}){let[e,n]=h(t.me),[s,r]=h(t.me);k(()=>{let p=$=>d=>[d,$[d]===s[d]?t.me[d]:$[d]];n($=>Object.fromEntries(Object.keys(t.me).map(p($)))),r(t.me)},[t.me]);let i=p=>$=>n({...e,[p]:$}),[c,l]=h({}),u=p=>{p.preventDefault();let d=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await so(t,d);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(f=>[f,e[f]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},m=p=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:p}),t.people.know(t.me),n($=>({...$,avatar:t.me.avatar}))},o("saved"));return a`<form class="form" onSubmit=${u}>
    <${ut} model=${t} name=${e.displayName} value=${e.avatar} change=${m} />
    <${y} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${y} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${y} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${y} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${y} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${y} label=${o("email")} value=${e.email} change=${i("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function so(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=Q(s),delete e[r]}return n}function ro({model:t,conversation:e,message:n,close:s}){let{read:r,received:i,neither:c}=e.readersOf(n),l=m=>a`<${A} key=${m} model=${t} person=${t.people.get(m)??{id:m}} />`,u=(m,p)=>p.length>0&&a`<h3 class="list-head">${m}</h3>
      <${z} items=${p} row=${l} />`;return a`<${O} title=${o("readers")} close=${s}>
    ${u(`${o("read")} · ${r.length}`,r)} ${u(`${o("delivered")} · ${i.length}`,i)}
    ${u(`${o("notDelivered")} · ${c.length}`,c)}
  <//>`}var io=50;function ao({model:t}){let[e,n]=h(null),[s,r]=h(""),i=async(l="")=>{let u=await t.api.get(`/saved?limit=${io}${l&&`&cursor=${encodeURIComponent(l)}`}`);n(l?m=>[...m??[],...u.items]:u.items),r(u.next??"")};k(()=>{t.ready&&t.attempt(i)},[t.ready,t.kept.version]);let c=l=>t.kept.save(l,!1,o("unsaved"));return a`<div class="page">
    <${w} title=${o("savedMessages")} back=${b("chats")} />
    <div class="page-body">
      ${!e&&a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${e&&!e.length&&!s&&a`<${M} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map(l=>a`<${co} key=${l.message.id} model=${t} saved=${l} remove=${c} />`)}
      </ul>
      ${s&&a`<${tt} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function co({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return a`<li class="row">
    <a class="row-main" href=${b("chats",n,e.id)}>
      <${R}
        model=${t}
        name=${i}
        picture=${t.pictureOf(r)}
        kind=${r.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${i}</span>
          <time class="row-time">${Z(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.name(e.from)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${D} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var lo=200;function ae({model:t,within:e,search:n,change:s}){let r=st(),{sender:i,media:c,since:l,until:u}=n,m={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},p=Bt(t.now());return a`<details class="filters" open=${!!(i||c||l||u)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${y} label=${o("sender")} value=${i} change=${$=>s({sender:$})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${le(t,e).slice(0,lo).map(({id:$,name:d})=>a`<option key=${$} value=${d}></option>`)}</datalist>
      <${y} label=${o("sinceDay")} type="date" value=${l} max=${p} change=${$=>s({since:$})} />
      <${y} label=${o("untilDay")} type="date" value=${u} max=${p} change=${$=>s({until:$})} />
      <${W} label=${o("kind")} options=${m} value=${c} change=${$=>s({media:$})} />
    </div>
  </details>`}var kt=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function ce(t,e,{words:n,sender:s,media:r,since:i,until:c}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,ht(i)))),c&&(l.before=String(Math.max(0,ht(c,1)))),!s.trim())return l;let u=await po(t,e,s.trim());return u&&{...l,sender:String(u)}}async function po(t,e,n){let s=B(n),r=i=>{let c=i.flatMap(({id:l,name:u})=>[u,...t.people.namesOf({id:l})].map(m=>({id:l,name:B(m)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(le(t,e))??r((await j(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function le(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var xt={words:"",sender:"",media:"",since:"",until:""};function $o({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=h(n&&n!==s?.search.words.trim()?{...xt,words:n}:s?.search??xt),[c,l]=h(s?.search===r?s:{search:r,items:null,next:"",query:""}),[u,m]=h(""),[p,$]=h(!1),d=U(),g=U(),f=e?t.conversation(e).place:{},{items:v,next:E}=c,G=async(x,T,L="")=>{$(!0),await t.attempt(async()=>{let J=await t.api.get(`/search?${T}${L&&`&cursor=${encodeURIComponent(L)}`}`),et=L?[...v,...J.items]:J.items,X={search:x,query:T,items:et,next:J.next??"",scroll:d.current?.scrollTop??0};t.searches.set(e,X),l(X)}),$(!1)},q=async(x=r)=>{if(m(""),!kt(x))return m(o("searchNeeds"));let T=x.words.trim();history.replaceState(history.state,"",b("search",e,...T?[T]:[]));let L=new URLSearchParams({limit:"30"});e==="announcements"&&L.set("announcements","true");for(let[et,X]of Object.entries(f))L.set(et,String(X));let J=await ce(t,e,x).catch(()=>null);if(!J)return m(o("nobodyFound"));for(let[et,X]of Object.entries(J))L.set(et,X);return G(x,L.toString())};k(()=>{t.ready&&!v&&kt(r)&&q(),t.ready&&f.group!==void 0&&t.members.load(f.group).catch(()=>{})},[t.ready]),k(()=>{if(!n||n===r.words.trim())return;let x={...xt,words:n};i(x),q(x)},[n]),Ft(()=>{d.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let C=x=>{x.preventDefault(),q()};return a`<div class="page" ref=${d} onScroll=${()=>{let x=t.searches.get(e);x&&(x.scroll=d.current.scrollTop)}}>
    <${w} title=${e?o("searchIn",{name:t.titleOf(t.conversation(e))}):o("searchMessages")} back=${e?b("chats",e):b("chats")} />
    <div class="page-body">
      <form role="search" onSubmit=${C}>
        <div class="filter">
          <${P} name="search" />
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
        <${ae} model=${t} within=${e} search=${r} change=${x=>i({...r,...x})} />
      </form>
      ${u&&a`<p class="problem" role="alert">${u}</p>`}
      ${v&&!v.length&&!E&&!p&&a`<${M} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(v??[]).map(x=>a`<${pt} key=${x.message.id} model=${t} found=${x} />`)}
      </ul>
      ${p&&a`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${E&&!p&&a`<div class="actions center"><button type="button" onClick=${()=>G(c.search,c.query,E)}>${o("more")}</button></div>`}
    </div>
  </div>`}var uo=[["profile","person"],["account","lock"],["devices","device"],["appearance","look"],["blocked","block"]];function mo({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return a`
    <${w} title=${o("settings")} />
    ${t.me&&a`<div class="portrait small">
        <${R} model=${t} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}</h2>
      </div>`}
    <ul class="rows">
      ${uo.map(([s,r])=>a`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${P} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&a`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${P} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${P} name="megaphone" />${o("announcements")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${P} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var V=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(V||{}),fo=[0,1],$e=[1,0],ue=[2,3],me=[3,2],ho={L:fo,M:$e,Q:ue,H:me},go=/^\d*$/,bo=/^[A-Z0-9 $%*+./:-]*$/,Pt="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Et=1,At=40,pe=3,vo=3,ft=40,wo=10,fe=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],de=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Ct=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<Et||e>At)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let u=0;u<8;u++){this.applyMask(u),this.drawFormatBits(u);let m=this.getPenaltyScore();m<l&&(r=u,l=m),this.applyMask(u)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,V.Timing),this.setFunctionModule(s,6,s%2===0,V.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,K(r,i));this.setFunctionModule(8,7,K(r,6)),this.setFunctionModule(8,8,K(r,7)),this.setFunctionModule(7,8,K(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,K(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,K(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,K(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=K(n,s),i=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(i,c,r),this.setFunctionModule(c,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=n+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,i!==2&&i!==4,V.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,V.Alignment)}setFunctionModule(e,n,s,r=V.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==dt(n,s))throw new RangeError("Invalid argument");let r=de[s[0]][n],i=fe[s[0]][n],c=Math.floor(Ot(n)/8),l=r-c%r,u=Math.floor(c/r),m=[],p=Ao(i);for(let d=0,g=0;d<r;d++){let f=e.slice(g,g+u-i+(d<l?0:1));g+=f.length;let v=So(f,p);d<l&&f.push(0),m.push(f.concat(v))}let $=[];for(let d=0;d<m[0].length;d++)m.forEach((g,f)=>{(d!==u-i||f>=l)&&$.push(g[d])});return $}drawCodewords(e){if(e.length!==Math.floor(Ot(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let c=s-i,u=(s+1&2)===0?this.size-1-r:r;!this.types[u][c]&&n<e.length*8&&(this.modules[u][c]=K(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let c=!1,l=0,u=[0,0,0,0,0,0,0];for(let m=0;m<this.size;m++)this.modules[i][m]===c?(l++,l===5?e+=pe:l>5&&e++):(this.finderPenaltyAddHistory(l,u),c||(e+=this.finderPenaltyCountPatterns(u)*ft),c=this.modules[i][m],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,u)*ft}for(let i=0;i<this.size;i++){let c=!1,l=0,u=[0,0,0,0,0,0,0];for(let m=0;m<this.size;m++)this.modules[m][i]===c?(l++,l===5?e+=pe:l>5&&e++):(this.finderPenaltyAddHistory(l,u),c||(e+=this.finderPenaltyCountPatterns(u)*ft),c=this.modules[m][i],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,u)*ft}for(let i=0;i<this.size-1;i++)for(let c=0;c<this.size-1;c++){let l=this.modules[i][c];l===this.modules[i][c+1]&&l===this.modules[i+1][c]&&l===this.modules[i+1][c+1]&&(e+=vo)}let n=0;for(let i of this.modules)n=i.reduce((c,l)=>c+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*wo,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function Y(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function K(t,e){return(t>>>e&1)!==0}var nt=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},yo=[1,10,12,14],ko=[2,9,11,13],xo=[4,8,16,16];function he(t,e){return t[Math.floor((e+7)/17)+1]}function ge(t){let e=[];for(let n of t)Y(n,8,e);return new nt(xo,t.length,e)}function Po(t){if(!be(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);Y(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new nt(yo,t.length,e)}function Co(t){if(!ve(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=Pt.indexOf(t.charAt(n))*45;s+=Pt.indexOf(t.charAt(n+1)),Y(s,11,e)}return n<t.length&&Y(Pt.indexOf(t.charAt(n)),6,e),new nt(ko,t.length,e)}function Oo(t){return t===""?[]:be(t)?[Po(t)]:ve(t)?[Co(t)]:[ge(Eo(t))]}function be(t){return go.test(t)}function ve(t){return bo.test(t)}function Mo(t,e){let n=0;for(let s of t){let r=he(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function Eo(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function Ot(t){if(t<Et||t>At)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function dt(t,e){return Math.floor(Ot(t)/8)-fe[e[0]][t]*de[e[0]][t]}function Ao(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Mt(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Mt(n,2)}return e}function So(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,c)=>n[c]^=Mt(i,r))}return n}function Mt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function Fo(t,e,n=1,s=40,r=-1,i=!0){if(!(Et<=n&&n<=s&&s<=At)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=n;;c++){let $=dt(c,e)*8,d=Mo(t,c);if(d<=$){l=d;break}if(c>=s)throw new RangeError("Data too long")}for(let $ of[$e,ue,me])i&&l<=dt(c,$)*8&&(e=$);let u=[];for(let $ of t){Y($.mode[0],4,u),Y($.numChars,he($.mode,c),u);for(let d of $.getData())u.push(d)}let m=dt(c,e)*8;Y(0,Math.min(4,m-u.length),u),Y(0,(8-u.length%8)%8,u);for(let $=236;u.length<m;$^=253)Y($,8,u);let p=Array.from({length:Math.ceil(u.length/8)},()=>0);return u.forEach(($,d)=>p[d>>>3]|=$<<7-(d&7)),new Ct(c,e,p,r)}function we(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:c=-1,border:l=1}=e||{},u=typeof t=="string"?Oo(t):Array.isArray(t)?[ge(t)]:void 0;if(!u)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let m=Fo(u,ho[n],r,i,c,s),p=Ro({version:m.version,maskPattern:m.mask,size:m.size,data:m.modules,types:m.types},l);return e?.invert&&(p.data=p.data.map($=>$.map(d=>!d))),e?.onEncoded?.(p),p}function Ro(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let c=0;c<e;c++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=V.Border;t.types.forEach(i=>{for(let c=0;c<e;c++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function Io({model:t,close:e}){let n=`${location.origin}${ct}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return a`<${O} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${D} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${No} text=${n} />
    ${"share"in navigator&&a`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function No({text:t}){let{size:e,path:n}=It(()=>{let s=we(t,{border:2}),r=s.data.flatMap((i,c)=>i.flatMap((l,u)=>l?[`M${u} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return a`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var St=12;function Bo({model:t,close:e}){let[n,s]=h(""),[r,i]=h(0),c=U(),l=st(),u=I(t,n,f=>f?j(t,f,St):[]),m=B(n.trim());k(()=>{m&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!m]);let p=To(t,n.trim(),u??[]),$=Math.min(r,p.length-1);k(()=>c.current?.children[$]?.scrollIntoView({block:"nearest"}),[$]);let d=({name:f})=>{e(),F("chats",f)},g=f=>{if(f.isComposing||f.keyCode===229)return;let v={ArrowDown:1,ArrowUp:-1};if(f.key in v&&p.length)i(($+v[f.key]+p.length)%p.length);else if(f.key==="Enter"&&p.length)d(p[$]);else return;f.preventDefault()};return a`<${O} title=${o("goTo")} close=${e}>
    <input
      type="search"
      role="combobox"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${o("goToHint")}
      aria-label=${o("goTo")}
      aria-autocomplete="list"
      aria-expanded=${p.length>0}
      aria-controls=${l}
      aria-activedescendant=${p.length?`${l}-${$}`:void 0}
      onKeyDown=${g}
      onInput=${f=>{s(f.currentTarget.value),i(0)}}
    />
    ${p.length>0&&a`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${o("goTo")}>
        ${p.map((f,v)=>a`<li
              key=${f.name}
              id=${`${l}-${v}`}
              class=${v===$?"row selected":"row"}
              role="option"
              aria-selected=${v===$}
              onMouseDown=${E=>E.preventDefault()}
              onClick=${()=>d(f)}
            >
              <span class="row-main">
                <${R} model=${t} name=${f.title} picture=${f.picture} kind=${f.kind} size="small" />
                <span class="row-title">${f.title}</span>
                ${f.unread>0&&a`<span class="badge">${f.unread>99?"99+":f.unread}<span class="hidden"> ${o("unread")}</span></span>`}
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${u&&m&&!p.length?o("nothingFound"):""}</p>
  <//>`}function To(t,e,n){let s=p=>Math.max(p.last?.time??0,p.touched??0),r=t.all.filter(p=>p!==t.watching||e).sort((p,$)=>s($)-s(p)).map(p=>({name:p.name,title:t.titleOf(p),picture:t.pictureOf(p),kind:p.kind,unread:p.unread,names:p.place.user!==void 0?t.people.namesOf({id:p.place.user}):void 0}));if(!e)return r.slice(0,St);let i=({id:p,avatar:$})=>({name:`user-${p}`,title:t.people.name(p),picture:$,kind:"person",unread:0,names:t.people.namesOf({id:p})}),c=t.lists.get("contacts").map(({user:p})=>i(p)),l=p=>Jt(p.map($=>({...$,place:$.name,name:$.title})),e),u=[...l(r),...l(c),...n.map(p=>({...i(p),place:`user-${p.id}`}))],m=new Map;for(let p of u)m.has(p.place)||m.set(p.place,{...p,name:p.place});return[...m.values()].slice(0,St)}export{ye as Account,xe as Appearance,Pe as Archive,Ce as Blocked,Oe as Contacts,Ee as Devices,Se as FindGroups,Fe as FindPeople,Re as Forward,_e as Group,qe as Groups,Ue as Join,Ke as Keys,Ye as Linked,Ve as Mentions,Je as NewChat,Xe as NewGroup,Ze as Person,to as Preview,oo as Profile,ro as Readers,ao as Saved,$o as Search,mo as Settings,Io as Share,Bo as Switcher};
