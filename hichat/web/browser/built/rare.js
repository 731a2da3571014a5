import{$ as I,A as nt,Aa as kt,Ba as V,C as T,Ca as wt,D as tt,Da as yt,E as ee,Ea as ve,F as oe,Fa as ke,Ga as we,H as ne,Ha as ye,I as H,Ia as xe,J as F,Ja as Ce,K as B,Ka as Se,L as se,La as Oe,M as re,Ma as It,N as ie,O as ae,P as N,Q as k,R,S as ut,T as y,U as C,V as j,W as lt,X as gt,Y as et,a as d,b as x,c as Kt,ca as pt,d as Yt,da as ce,e as Vt,ea as ot,f as i,g as X,ga as Et,h as dt,ha as le,i as M,ia as pe,j as K,ja as me,k as ht,ka as $e,l as D,la as ue,m as Xt,ma as fe,n as o,na as de,o as U,oa as W,p as Jt,pa as L,q as Mt,qa as he,r as Qt,ra as _,s as w,sa as q,ta as bt,u as Zt,ua as ge,v as te,va as Ft,wa as Ht,x as z,xa as be,y as Z,ya as Nt,z as ct,za as vt}from"./client.js";var Pe={editHook:"Edit hook",hookAgain:"Deliver again",hookAll:"Everything that happens",hookByHand:"Switched off",hookChanges:"Messages, their edits, recalls and reactions",hookDelivered:"delivered",hookDeliveries:"Last deliveries",hookFailing:"Switched off: all deliveries failed for 5 days",hookFails:"Fails since {time}, {tries} tries; it is tried again",hookGone:"Switched off: the receiver wants no more (410)",hookGood:"On",hookMessages:"Messages",hookName:"Name",hookNoRights:"Switched off: who switched it on may not see these events any more",hookNoSecret:"Switched off: the server has another key. Make another secret",hookOff:"Switch off",hookOn:"Switch on",hookOutcome:"The receiver: {outcome}",hookSecret:"Secret",hookSecretOnce:"Give this secret to the receiver: by it, it checks that deliveries are this server's. It is not shown again.",hookSends:"It sends",hookSkip:"Skip what waits",hookTook:"{time} · {took} ms · tries: {tries}",hookUrl:"URL",hookUrlHint:"Each event is POSTed there, signed after Standard Webhooks.",hookWarning:"Whoever has the receiver reads what is written here from now on.",newHook:"New hook",noDeliveries:"Nothing was delivered yet.",noHooks:"There are none.",outgoingHooks:"Outgoing hooks",outgoingHooksHint:"They send what happens here to programs elsewhere, in order and at least once.",removeHook:"Remove hook",removeHookQuestion:"{name} sends nothing any more, also not what waits.",rollHook:"New secret",rollHookQuestion:"For a day, deliveries are signed by the new secret and by the one before.",tryHook:"Try it"};var Ae={editHook:"编辑 Webhook",hookAgain:"重新投递",hookAll:"所有事件",hookByHand:"已停用",hookChanges:"消息及其编辑、撤回和回应",hookDelivered:"已送达",hookDeliveries:"最近的投递",hookFailing:"已停用：投递连续 5 天失败",hookFails:"自 {time} 起失败，已尝试 {tries} 次，会继续重试",hookGone:"已停用：接收方表示不再接收（410）",hookGood:"已启用",hookMessages:"消息",hookName:"名称",hookNoRights:"已停用：启用它的人已无权查看这些事件",hookNoSecret:"已停用：服务器的密钥已更换，请生成新的 Webhook 密钥",hookOff:"停用",hookOn:"启用",hookOutcome:"接收方：{outcome}",hookSecret:"密钥",hookSecretOnce:"请把此密钥交给接收方，用于确认投递来自本服务器。密钥只显示这一次。",hookSends:"发送内容",hookSkip:"跳过等待中的事件",hookTook:"{time} · {took} 毫秒 · 尝试 {tries} 次",hookUrl:"网址",hookUrlHint:"每个事件都会以 POST 发送到此网址，并按 Standard Webhooks 签名。",hookWarning:"拥有接收方的人从现在起可以读到这里的内容。",newHook:"新建 Webhook",noDeliveries:"还没有投递。",noHooks:"还没有 Webhook。",outgoingHooks:"外发 Webhook",outgoingHooksHint:"把这里发生的事件按顺序发送给其他程序，每个事件至少一次。",removeHook:"删除 Webhook",removeHookQuestion:"{name} 不再发送任何事件，包括等待中的事件。",rollHook:"更换密钥",rollHookQuestion:"一天之内，投递同时用新旧两个密钥签名。",tryHook:"试一试"};function no({model:t}){let e=s=>{$e(s),t.changed()},n=s=>t.speak(s);return i`<div class="page">
    <${y} title=${o("appearance")} back=${k("settings")} />
    <div class="page-body form">
      <${z} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${me()} change=${e} />
      <${z} label=${o("language")} options=${ht} value=${D()} change=${n} />
    </div>
  </div>`}function so({model:t,selected:e}){let[n,s]=d(!1),{archived:r}=t,a=gt(t,async()=>{n||await t.overview.archive(),s(!0)});return i`
    <${y} title=${o("archive")} back=${k("chats")} />
    <${W}
      items=${r}
      row=${c=>i`<${fe} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${n&&!r.length&&i`<${F} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&i`<${lt} model=${t} away=${a} />`}
  `}function ro({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return i`<div class="page">
    <${y} title=${o("blocked")} back=${k("settings")} />
    <div class="page-body">
      ${!e.length&&i`<${F} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>i`<${R} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function io({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=pt(t.me),a=new Intl.Collator,c=[...t.lists.get("contacts")].sort((l,$)=>a.compare(t.people.name(l.user.id),t.people.name($.user.id)));return i`
    <${y} title=${o("contacts")}>
      ${!r&&i`<a class="icon-button" href=${k("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${M} name="plus" /></a>`}
    <//>
    ${n.length>0&&i`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:l,greeting:$})=>i`<${ao} key=${l.id} model=${t} user=${l} greeting=${$} />`)}
    </ul>
    ${s.length>0&&i`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>i`<${R} key=${l.id} model=${t} person=${l} note=${o("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&i`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!c.length&&i`<${F} icon="contacts" text=${o(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&i`<a class="button" href=${k("contacts","find")}>${o("findPeople")}</a>`}
    <//>`}
    <${W}
      items=${c}
      row=${({user:l})=>i`<${R} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function ao({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,a=($,u)=>t.attempt(async()=>{await $(),r.again("received","contacts")},u),c=()=>a(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>a(()=>s.delete(`/contact-requests/received/${e.id}`),"");return i`<${R} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function co({model:t}){let[e,n]=d(""),s=_(t,e,r=>t.groups.ask(async()=>{let{items:a}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return a}));return i`<div class="page">
    <${y} title=${o("findGroups")} back=${k("groups")} />
    <div class="page-body">
      <${w} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&i`<${F} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>i`<${ut} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function lo({model:t}){let[e,n]=d(""),s=_(t,e,r=>q(t,r,50));return i`<div class="page">
    <${y} title=${o("findPeople")} back=${k("contacts")} />
    <div class="page-body">
      <${w} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&i`<${F} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>i`<${R} key=${r.id} model=${t} person=${r} note=${bt(r)}>
              <button type="button" class="small" onClick=${()=>N("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function po(){let[t,e]=d(""),[n,s]=d(""),[r,a]=d(!1),c=H(async l=>{l.preventDefault(),s("");try{await nt("POST","/v2/password/forgotten",{body:{name:t},language:D()}),a(!0)}catch($){s(T($))}});return i`<main class="entry">
    <form class="card" onSubmit=${c}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Z}>${o("forgotten")}<//>
      ${r?i`<p role="status">${o("forgottenSent")}</p>`:i`<p class="hint">${o("forgottenHint")}</p>
              <${w} label=${o("nameOrAddress")} value=${t} change=${e} problem=${n} autocomplete="username" required maxlength="254" />
              <button class="primary">${o("sendLink")}</button>`}
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}var Rt=20;function mo({model:t,message:e,close:n}){let[s,r]=d(""),[a,c]=d(""),[l,$]=d([]),u=L(s.trim()),p=_(t,s,b=>b?q(t,b,Rt):[]),m=u?$o(t,ge(t,Me(t,t.all),u),p??[]):Me(t,t.listed);x(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let f=b=>{l.includes(b)?$(l.filter(E=>E!==b)):l.length<Rt?$([...l,b]):t.toast(o("tooManyChats",{most:Rt}),"problem")},g=b=>{if(b.preventDefault(),!!l.length){for(let E of l)t.forward(t.conversation(E),e,a.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},h=b=>i`<${uo} key=${b.name} model=${t} conversation=${b} chosen=${l.includes(b.name)} toggle=${()=>f(b.name)} />`;return i`<${C} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${w} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!m.length&&(p||!u)&&i`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${W} items=${m} row=${h} /></div>
      <${w} label=${o("comment")} value=${a} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function $o(t,e,n){let s=new Set(e.map(({name:a})=>a)),r=n.map(({id:a})=>t.conversation(Nt({user:a}))).filter(a=>!s.has(a.name));return[...e,...r.filter(a=>vt(t,a))]}function Me(t,e){let n=e.filter(a=>vt(t,a)),s=new Set(n.map(({name:a})=>a)),r=t.lists.get("contacts").map(({user:a})=>t.conversation(Nt({user:a.id}))).filter(a=>!s.has(a.name)&&vt(t,a));return[...n,...r]}function uo({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return i`<li class="row">
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
  </li>`}var xt=256;function st({model:t,id:e,name:n,kind:s="person",value:r,change:a}){let c=X(),[l,$]=d(!1);return i`<div class="picture-field">
    <${B} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${c} type="file" hidden accept="image/*" onChange=${async p=>{let m=p.currentTarget.files[0];p.currentTarget.value="",m&&($(!0),await t.attempt(async()=>a(await t.media.storeOpen(await fo(m)))),$(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>c.current.click()}>${o("choosePicture")}</button>
      ${r&&i`<button type="button" onClick=${()=>a("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function fo(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:xt,height:xt}),[r,a]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,a,n,n,0,0,xt,xt);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var mt=t=>["name_taken","name_reserved","invalid_field"].includes(t.code),ho=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function Ct({model:t,id:e,given:n,change:s,action:r,problem:a,then:c}){let l=p=>m=>s({...n,[p]:m}),$=H(c);return i`<form class="form" onSubmit=${p=>{p.preventDefault(),$()}}>
    <${st} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${l("picture")} />
    <${w} label=${o("groupName")} problem=${a} value=${n.name} change=${l("name")} required maxlength="64" autocomplete="off" />
    <${w} label=${o("description")} value=${n.description} change=${l("description")} rows="3" maxlength="1024" />
    <${z} label=${o("whoMayJoin")} options=${ho()} value=${n.joinPolicy} change=${l("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function Ee({model:t,group:e,close:n}){let[s,r]=d(null),[a,c]=d(null),l=`/groups/${e.id}/hooks`,$=()=>t.attempt(async()=>r(await t.api.get(l)));x(()=>{$()},[]);let u=()=>c(null),p=m=>{c({made:m}),$()};if(a?.editing){let{editing:m}=a;return i`<${bo} model=${t} hook=${m} close=${u} work=${async g=>{m.id?(await t.api.patch(`${l}/${m.id}`,g),u(),await $()):p(await t.api.post(l,g))}} />`}if(a?.made)return i`<${ko} model=${t} hook=${a.made} close=${u} />`;if(a?.rolling){let m=()=>t.attempt(async()=>p(await t.api.post(`${l}/${a.rolling.id}/roll`)));return i`<${j} title=${o("rollIncoming")} text=${o("rollIncomingQuestion",{name:a.rolling.name})} action=${o("rollIncoming")} close=${u} then=${m} />`}if(a?.removing){let m=()=>t.attempt(async()=>{await t.api.delete(`${l}/${a.removing.id}`),await $()});return i`<${j} title=${o("removeIncoming")} text=${o("removeIncomingQuestion",{name:a.removing.name})} action=${o("removeIncoming")} close=${u} then=${m} />`}return i`<${C} title=${o("incomingHooks")} close=${n}>
    <p class="dim">${o("incomingHooksHint")}</p>
    <ul class="rows">
      ${(s??[]).map(m=>i`<li class="row handled" key=${m.id}>
            <span class="row-main">
              <${B} model=${t} id=${m.bot} name=${m.name} picture=${m.picture} />
              <span class="row-text">
                <span class="row-title">${m.name}</span>
                <span class="row-note wrap">${go(m)}</span>
              </span>
            </span>
            <span class="row-actions">
              <${K} icon="edit" label=${`${o("edit")}: ${m.name}`} onClick=${()=>c({editing:m})} />
              <${K} icon="link" label=${`${o("rollIncoming")}: ${m.name}`} onClick=${()=>c({rolling:m})} />
              <${K} icon="recall" label=${`${o("removeIncoming")}: ${m.name}`} onClick=${()=>c({removing:m})} />
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>c({editing:{language:D()}})}>${o("newIncoming")}</button>
    </div>
  <//>`}var go=({on:t,used:e,failed:n,failure:s})=>[!t&&o("incomingOff"),e?o("incomingUsed",{time:U(e)}):o("incomingUnused"),n&&o("incomingFailed",{time:U(n),code:s})].filter(Boolean).join(" · ");function bo({model:t,hook:e,close:n,work:s}){let[r,a]=d(vo(e)),[c,l]=d(""),[$,u]=d(""),p=g=>h=>a({...r,[g]:h}),m=H(()=>{u("");let g=tt(u,h=>mt(h)||h.code==="hook_exists");return t.attempt(()=>s(c?{...r,key:c}:r),"",g)}),f=g=>{g.preventDefault(),m()};return i`<${C} title=${e.id?e.name:o("newIncoming")} close=${n}>
    <form class="form" onSubmit=${f}>
      <${st} model=${t} id=${e.bot??0} name=${r.name} value=${r.picture} change=${p("picture")} />
      <${w} label=${o("incomingName")} problem=${$} value=${r.name} change=${p("name")} required maxlength="64" autocomplete="off" />
      <${z} label=${o("incomingLanguage")} options=${ht} value=${r.language} change=${p("language")} />
      <label class="check">
        <input type="checkbox" checked=${r.callsAll} onChange=${g=>p("callsAll")(g.currentTarget.checked)} />
        <span>${o("incomingCallsAll")}</span>
      </label>
      <${w} label=${o("incomingKey")} hint=${o(e.signed?"incomingKeyKept":"incomingKeyHint")} value=${c} change=${l} maxlength="256" autocomplete="off" />
      <div class="actions"><button class="primary">${o(e.id?"save":"newIncoming")}</button></div>
    </form>
  <//>`}var vo=({name:t="",picture:e="",language:n,callsAll:s=!1})=>({name:t,picture:e,language:n,callsAll:s});function ko({model:t,hook:e,close:n}){let s=`curl -d '{"text": "${o("incomingWorks")}"}' ${e.url}`;return i`<${C} title=${e.name} close=${n}>
    <p>${o("incomingOnce")}</p>
    <ul class="links">
      <li>
        <${ot} model=${t} label=${o("incomingAddress")} text=${e.url} />
      </li>
    </ul>
    <p class="code-line"><code>${s}</code></p>
    <p class="dim">${o("incomingTemplates")}</p>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${o("close")}</button></div>
  <//>`}function He({model:t,group:e,close:n}){let[s,r]=d(""),[a,c]=d(new Set),l=_(t,s,m=>m?q(t,m,20):Fe(t)),$=new Set(t.members.get(e.id).map(m=>m.id)),u=m=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${m.id}`),c(new Set([...a,m.id]))},o("invitedDone",{name:t.people.name(m.id)})),p=(l??Fe(t)).filter(m=>!$.has(m.id));return i`<${C} title=${o("invite")} close=${n}>
    <${w} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!p.length&&s.trim()&&i`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${p.map(m=>i`<${R} key=${m.id} model=${t} person=${m}>
            <button type="button" class="small" disabled=${a.has(m.id)} onClick=${()=>u(m)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function Fe(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var wo=168*36e5;function Ne({model:t,group:e,close:n}){let[s,r]=d(null),a=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(a)).items),l=p=>t.attempt(async()=>{await p(),await c()});x(()=>{l(()=>{})},[]);let $=H(()=>l(()=>t.api.post(a,{expires:t.now()+wo}))),u=p=>`${location.origin}${ct}/${k("join",p.code)}`;return i`<${C} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>i`<li key=${p.id}>
            <${ot} model=${t} label=${o("inviteLink")} text=${u(p)} />
            <${K} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${a}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:U(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${$}>${o("newLink")}</button>
    </div>
  <//>`}function Ie({model:t,group:e}){let[n,s]=d({requests:[],invitations:[],bans:[]}),{api:r}=t,a=Yt(0),c=async()=>{let g=++a.current,h=await Promise.all(["requests","invitations","bans"].map(b=>r.all(`/groups/${e.id}/${b}`)));for(let b of h.flat())t.people.know({deleted:!1,...b});g===a.current&&s({requests:h[0],invitations:h[1],bans:h[2]})};x(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),$=`/groups/${e.id}`,u={requests:g=>i`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${$}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>i`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>i`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/bans/${g.id}`))}>${o("unban")}</button>
    `},p=new Set(t.members.get(e.id).map(({id:g})=>g)),m={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,h])=>({name:g,people:h.filter(({id:b})=>!p.has(b))})).map(({name:g,people:h})=>h.length>0&&i`<h2 class="list-head" key=${g}>${o(m[g])}</h2>
        <ul class="rows">
          ${h.map(b=>i`<${R} key=${b.id} model=${t} person=${b}>${u[g](b)}<//>`)}
        </ul>`)}var Re={owner:0,admin:1,member:2},yo=36e5,xo=10;function Te({model:t,group:e}){let[n,s]=d(""),r=L(n.trim()),a=t.members.isComplete(e.id),c=_(t,n,m=>m&&!a?t.members.find(e.id,m):null),l=t.members.get(e.id),$=r?l.filter(m=>t.people.namesOf(m).some(f=>L(f).includes(r))):l,u=(r&&c?t.members.found(e.id):[]).filter(({id:m})=>!l.some(f=>f.id===m)),p=[...$,...u].sort((m,f)=>Re[m.role]-Re[f.role]);return i`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>xo&&i`<form class="filter" role="search" onSubmit=${m=>m.preventDefault()}>
        <${M} name="search" />
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
    ${r&&!p.length&&(a||c)&&i`<p class="hint" role="status">${o("nobodyFound")}</p>`}
    <${W}
      items=${p}
      row=${m=>i`<${Co} key=${m.id} model=${t} group=${e} member=${m} />`}
    />
    ${!a&&!r&&i`<${et} load=${()=>t.members.more(e.id)} />`}
  `}function Co({model:t,group:e,member:n}){let[s,r]=d(null),[a,c]=d(""),l=X(),$=e.you.role,u=t.lasts(n.muted),m=($==="owner"||$==="admin"&&n.role==="member")&&n.id!==t.state.user,f=`/groups/${e.id}/members/${n.id}`,g=v=>t.attempt(async()=>{await v(),await t.groups.refresh(e.id)}),h=v=>g(()=>t.api.put(`${f}/role`,{role:v})),b=[$==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>h("admin")},$==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>h("member")},$==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>c("makeOwner")},u?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+yo}))},!u&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>c("ban"),danger:!0}],E={makeOwner:()=>h("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},P=[n.role!=="member"&&o(n.role),u&&o("muted")].filter(Boolean).join(" · "),O=t.people.name(n.id);return i`<${R} model=${t} person=${n} note=${P}>
    ${m&&i`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:O})}
        onClick=${()=>r(l.current)}
      >
        <${M} name="more" />
      </button>`}
    ${s&&i`<${ue} anchor=${s} label=${O} close=${()=>r(null)} items=${b} />`}
    ${a&&i`<${j} title=${o(a)} text=${o(`${a}Question`,{name:O})} action=${o(a)} close=${()=>c("")} then=${E[a]} />`}
  <//>`}var So={by_hand:"hookByHand",gone:"hookGone",failing:"hookFailing",no_rights:"hookNoRights",no_secret:"hookNoSecret"},Oo={message:"hookMessages",changes:"hookChanges",all:"hookAll"},Po={message:[...Ht],changes:[...Ht,...be],all:[]},Be=t=>t.length===0?"all":t.length===1?"message":"changes";function ze({off:t,failing:e,tries:n=0}){return t?o(So[t]??"hookByHand"):e?o("hookFails",{time:U(e),tries:n}):o("hookGood")}var De=({good:t,status:e,trouble:n=""})=>t?o("hookDelivered"):e??n.split(":")[0];function Tt({model:t,place:e,close:n}){let[s,r]=d(null),[a,c]=d({}),{api:l}=t,$=()=>t.attempt(async()=>r(await l.get(`/hooks/outgoing?${new URLSearchParams(e)}`)));x(()=>{$()},[]);let u=()=>{c({}),$()};return a.secret?i`<${Mo} model=${t} made=${a.secret} close=${u} />`:a.form?i`<${Ao} model=${t} place=${e} hook=${a.form} close=${()=>c({})} done=${p=>p.secret?c({secret:p}):u()} />`:a.hook?i`<${Eo} model=${t} id=${a.hook} close=${u} show=${c} />`:i`<${C} title=${o("outgoingHooks")} close=${n} wide>
    <p class="dim">${o("outgoingHooksHint")}</p>
    <ul class="rows">
      ${(s??[]).map(p=>i`<li class="row" key=${p.id}>
            <button type="button" class="row-main plain" onClick=${()=>c({hook:p.id})}>
              <span class="file-sign"><${M} name=${p.on&&!p.failing?"forward":"failed"} /></span>
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${p.url}</span>
                <span class="row-note wrap">${ze(p)}</span>
              </span>
            </button>
          </li>`)}
    </ul>
    ${s?.length===0&&i`<p class="hint">${o("noHooks")}</p>`}
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>c({form:{}})}>${o("newHook")}</button>
    </div>
  <//>`}function Ao({model:t,place:e,hook:n,close:s,done:r}){let[a,c]=d(n.name??""),[l,$]=d(n.url??""),[u,p]=d(Be(n.kinds??["message"])),[m,f]=d(""),g=o(n.id?"editHook":"newHook"),h=async()=>{let P=n.id&&u===Be(n.kinds)?n.kinds:Po[u],O={name:a,url:l,kinds:P};r(await(n.id?t.api.patch(`/hooks/outgoing/${n.id}`,O):t.api.post("/hooks/outgoing",{...O,...e})))},b=H(()=>(f(""),t.attempt(h,"",tt(f,P=>P.code==="bad_url"||P.code==="not_public"))));return i`<${C} title=${g} close=${s}>
    <form class="form" onSubmit=${P=>{P.preventDefault(),b()}}>
      <${w} label=${o("hookName")} value=${a} change=${c} required maxlength="64" autocomplete="off" />
      <${w} label=${o("hookUrl")} hint=${o("hookUrlHint")} problem=${m} value=${l} change=${$} type="url" required maxlength="2048" autocomplete="off" />
      <${z} label=${o("hookSends")} value=${u} change=${p}
        options=${Object.fromEntries(Object.entries(Oo).map(([P,O])=>[P,o(O)]))} />
      ${!n.id&&i`<p class="dim">${o("hookWarning")}</p>`}
      <div class="actions"><button class="primary">${n.id?o("save"):o("newHook")}</button></div>
    </form>
  <//>`}function Mo({model:t,made:e,close:n}){return i`<${C} title=${e.name} close=${n}>
    <p>${o("hookSecretOnce")}</p>
    <ul class="links">
      <li>
        <${ot} model=${t} label=${o("hookSecret")} text=${e.secret} />
      </li>
    </ul>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${o("close")}</button></div>
  <//>`}function Eo({model:t,id:e,close:n,show:s}){let[r,a]=d(null),[c,l]=d([]),[$,u]=d(""),{api:p}=t,m=`/hooks/outgoing/${e}`,f=async()=>{a(await p.get(m)),l(await p.get(`${m}/deliveries`))},g=(v,A="")=>t.attempt(async()=>{await v(),await f()},A);if(x(()=>{g(()=>{})},[e]),!r)return i`<${C} title=${o("outgoingHooks")} close=${n} wide />`;let h=v=>g(()=>p.patch(m,v),o("saved")),b=async v=>{let A=await v;t.toast(o("hookOutcome",{outcome:De(A)}),A.good?"":"problem")},E=()=>t.attempt(async()=>s({secret:await p.post(`${m}/secret`)})),P=()=>t.attempt(async()=>{await p.delete(m),n()}),O=()=>u("");return $==="remove"?i`<${j} title=${o("removeHook")} text=${o("removeHookQuestion",{name:r.name})} action=${o("removeHook")} close=${O} then=${P} />`:$==="roll"?i`<${j} title=${o("rollHook")} text=${o("rollHookQuestion")} action=${o("rollHook")} close=${O} then=${E} />`:i`<${C} title=${r.name} close=${n} wide>
    <p class="wrap">${r.url}</p>
    <p class="dim" role="status">${ze(r)}</p>
    <div class="actions start">
      <button type="button" onClick=${()=>g(()=>b(p.post(`${m}/trial`)))}>${o("tryHook")}</button>
      <button type="button" onClick=${()=>s({form:r})}>${o("edit")}</button>
      <button type="button" onClick=${()=>h({on:!r.on})}>${o(r.on?"hookOff":"hookOn")}</button>
      ${(!r.on||r.failing)&&i`<button type="button" onClick=${()=>h({on:!0,skip:!0})}>${o("hookSkip")}</button>`}
      <button type="button" onClick=${()=>u("roll")}>${o("rollHook")}</button>
      <button type="button" class="danger-text" onClick=${()=>u("remove")}>${o("removeHook")}</button>
    </div>
    <h3 class="list-head">${o("hookDeliveries")}</h3>
    ${c.length===0&&i`<p class="hint">${o("noDeliveries")}</p>`}
    <ul class="rows">
      ${c.map(v=>i`<li class="row" key=${v.position}>
            <span class="row-main">
              <span class="row-text">
                <span class="row-title wrap">${v.kind} · ${De(v)}</span>
                <span class="row-note wrap">${o("hookTook",{time:U(v.at),took:v.took,tries:v.tries})}</span>
                ${v.answer&&i`<span class="row-note wrap">${v.answer}</span>`}
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" onClick=${()=>g(()=>b(p.post(`${m}/deliveries/${v.position}`)))}>${o("hookAgain")}</button>
            </span>
          </li>`)}
    </ul>
  <//>`}var Fo={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Ho({model:t,id:e}){let[n,s]=d(""),{api:r,lists:a}=t,c=t.groups.get(e),l=c?.you.role,$=H(v=>v());if(x(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return i`<div class="page"><${y} title=${o("group")} back=${k("groups")} /></div>`;if(c.gone)return i`<div class="page">
      <${y} title=${c.name||o("group")} back=${k("groups")} />
      <p class="hint">${o(c.gone)}</p>
    </div>`;let u=(v,A="",S=void 0)=>t.attempt(async()=>{await v(),a.again("groups","invitations","asked"),await t.groups.refresh(e)},A,S),p=()=>s(""),m=()=>N("chats",`group-${e}`),f=()=>u(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),m()}),g=v=>t.attempt(async()=>{await v(),a.again("groups"),N("groups")}),h=l==="owner"?"dissolve":"leave",b=l==="owner"||l==="admin",E=pt(t.me),P=t.lasts(c.muted),O=c.archived===void 0;return i`<div class="page">
    <${y} title=${o("group")} back=${k("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${o(c.size===1?"oneMember":"members",{count:c.size})} · ${o(Fo[c.joinPolicy])}</p>
        ${!O&&i`<p class="dim" role="status">${o("groupArchived")}</p>`}
        ${c.description&&i`<p class="bio"><${kt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&i`<${I} icon="chats" text=${o("message")} kind="primary" act=${m} />`}
        ${l&&O&&!E&&i`<${I} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${b&&O&&!E&&i`<${I} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${b&&O&&i`<${I} icon="forward" text=${o("outgoingHooks")} act=${()=>s("hooks")} />`}
        ${b&&!E&&i`<${I} icon="hook" text=${o("incomingHooks")} act=${()=>s("incoming")} />`}
        ${b&&O&&i`<${I} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${b&&O&&i`<${I} icon=${P?"bell":"mute"} text=${o(P?"unmuteGroup":"muteGroup")}
            act=${()=>u(()=>P?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&O&&i`<div class="actions center">
          ${c.you.requested&&i`<button type="button" onClick=${()=>u(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&i`<button type="button" class="primary" onClick=${()=>$(f)}>${o(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${b&&i`<${Ie} model=${t} group=${c} />`}
      ${l&&i`<${Te} model=${t} group=${c} />`}
      ${l&&i`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(h)}><${M} name=${h==="leave"?"leave":"recall"} />${o(h)}</button>
        </div>`}
    </div>
    ${n==="edit"&&i`<${No} model=${t} group=${c} close=${p} act=${u} />`}
    ${n==="invite"&&i`<${He} model=${t} group=${c} close=${p} />`}
    ${n==="hooks"&&i`<${Tt} model=${t} place=${{group:e}} close=${p} />`}
    ${n==="links"&&i`<${Ne} model=${t} group=${c} close=${p} />`}
    ${n==="incoming"&&i`<${Ee} model=${t} group=${c} close=${p} />`}
    ${n==="leave"&&i`<${j} title=${o("leave")} text=${o("leaveQuestion",{name:c.name})} action=${o("leave")} close=${p}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&i`<${j} title=${o("dissolve")} text=${o("dissolveQuestion",{name:c.name})} action=${o("dissolve")} close=${p}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function No({model:t,group:e,close:n,act:s}){let{name:r,description:a,picture:c,joinPolicy:l}=e,[$,u]=d({name:r,description:a,picture:c,joinPolicy:l}),[p,m]=d(""),f=async()=>{m(""),await s(()=>t.api.patch(`/groups/${e.id}`,$),o("saved"),tt(m,mt))&&n()};return i`<${C} title=${o("editGroup")} close=${n}>
    <${Ct} model=${t} id=${e.id} given=${$} change=${u} action=${o("save")} problem=${p} then=${f} />
  <//>`}function Io({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),a=s.get("invitations"),c=s.get("asked"),l=pt(t.me),$=f=>t.attempt(async()=>{await f(),s.again("groups","invitations","asked")}),u=f=>$(async()=>{await t.groups.change(()=>n.post(`/groups/${f.id}/join`)),N("chats",`group-${f.id}`)}),p=f=>$(()=>n.delete(`/groups/${f.id}/invitations/${t.state.user}`)),m=(f,g)=>i`<${ut} key=${f.id} model=${t} group=${f} selected=${e===String(f.id)} ...${g} />`;return i`
    <${y} title=${o("groups")}>
      ${!l&&i`<a class="icon-button" href=${k("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${M} name="search" /></a>`}
      ${!l&&i`<a class="icon-button" href=${k("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${M} name="plus" /></a>`}
    <//>
    ${a.length>0&&i`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${a.map(f=>i`<${ut} key=${f.id} model=${t} group=${f} note=${o("invitedBy",{name:t.people.name(f.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(f)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>p(f)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&i`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${c.map(f=>m(f,{note:o("waitingForAnswer")}))}</ul>
    ${(a.length>0||c.length>0)&&i`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&i`<${F} icon="groups" text=${o(l?"guestHint":"noGroups")}>
        ${!l&&i`<a class="button" href=${k("groups","find")}>${o("findGroups")}</a>`}
        ${!l&&i`<a class="button" href=${k("groups","new")}>${o("newGroup")}</a>`}
      <//>`}
    <${W} items=${r} row=${f=>m(f,{})} />
  `}function Ro({model:t,code:e}){let[n,s]=d(e),r=H(()=>t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),N("chats",l.name)})),a=c=>{c.preventDefault(),r()};return i`<div class="page">
    <${y} title=${o("joinByLink")} back=${k("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${a}>
        <p>${o("joinByLinkHint")}</p>
        <${w} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var To=[["keySwitch",V,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",V,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",V,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",V,"B"],["format_italic",V,"I"],["format_strike",V,"Shift","X"],["format_code",V,"E"],["format_link",V,"Shift","U"],["keyEscape","Esc"],["keyHelp",V,"/"]];function Bo({close:t}){return i`<${C} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${To.map(([e,...n])=>i`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>i`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function Do({model:t,id:e}){let[n,s]=d(""),r=async()=>{s("");try{let{conversation:a}=await t.api.get(`/messages/${e}`);location.replace(k("chats",a,e))}catch(a){s(["no_such_message","invalid_field"].includes(a.code)?o("noSuchMessage"):T(a))}};return x(()=>{t.ready&&r()},[t.ready]),i`<div class="page">
    <${y} title=${o("aMessage")} back=${k("chats")} />
    <div class="page-body">
      ${n?i`<div role="alert"><${F} icon="link" text=${n} /></div>`:i`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function zo({model:t}){let{mentions:e}=t;return x(()=>{e.again(),t.changed()},[]),i`
    <${y} title=${o("mentions")} back=${k("chats")} />
    <ul class="rows">
      ${e.items.map(n=>i`<${wt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&i`<${F} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&i`<${lt} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&i`<${et} key=${e.next} load=${()=>e.more()} />`}
  `}function Lo({model:t}){let[e,n]=d(""),s=_(t,e,u=>q(t,u,50)),r=L(e.trim()),a=t.lists.get("contacts").map(({user:u})=>u),c=a.filter(u=>t.people.namesOf(u).some(p=>L(p).includes(r))),l=(s??[]).filter(({id:u})=>!a.some(p=>p.id===u)),$=u=>i`<ul class="rows">
      ${u.map(p=>i`<${R} key=${p.id} model=${t} person=${p} note=${bt(p)} href=${k("chats",`user-${p.id}`)} />`)}
    </ul>`;return i`<div class="page">
    <${y} title=${o("newChat")} back=${k("chats")} />
    <div class="page-body">
      <${w} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${c.length>0&&i`<h2 class="list-head">${o("contacts")}</h2>${$(c)}`}
      ${c.length>0&&l.length>0&&i`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${$(l)}
      ${s&&!c.length&&!l.length&&i`<${F} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}var jo="hichat.devices",Le=({state:t})=>`${jo}.${t.user}.${t.made}`;function St(t,e){localStorage.setItem(Le(t),String(e))}async function je(t){let e=t.me?.newestDevice;if(!e)return[];let n=localStorage.getItem(Le(t));if((n===null||Number(n)>e)&&St(t,e),n===null||Number(n)>=e)return[];let r=(await t.api.all("/me/sessions")).filter(({id:a,current:c,loggedIn:l})=>a>Number(n)&&!c&&l);return r.length||St(t,e),r}function _o({model:t}){let[e,n]=d([]),s=t.me?.newestDevice??0;x(()=>{let l=!1;return je(t).then($=>l||n($)).catch(()=>{}),()=>l=!0},[s]);let[r]=e,a=()=>{St(t,r.id),n(e.slice(1))},c=async()=>{let l=()=>t.api.delete(`/me/sessions/${r.id}`).catch($=>{if($.code!=="no_such_device")throw $});await t.attempt(l,o("deviceRefused"))&&(a(),N("settings","account"))};return i`<div class=${r?"trouble":""} role="status">
    ${r&&i`<span>${o("newDevice",{name:r.name,time:U(r.created),address:r.address||o("addressUnknown")})}</span>
        <button type="button" class="small" onClick=${a}>${o("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${c}>${o("itWasNotMe")}</button>`}
  </div>`}function Go({model:t,code:e}){let[n,s]=d(""),[r,a]=d(""),[c,l]=d(""),$=H(async u=>{u.preventDefault(),a(""),l("");try{await nt("POST","/v2/passwords",{body:{code:e,password:n},language:D()}),t.toast(o("passwordSet")),N("chats")}catch(p){(te(p)?l:a)(T(p))}});return i`<main class="entry">
    <form class="card" onSubmit=${$}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Z}>${o("setPassword")}<//>
      <${Zt} label=${o("password")} problem=${c} value=${n} change=${s} />
      ${r&&i`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${o("setPassword")}</button>
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}function Uo({model:t}){let[e,n]=d({name:"",description:"",picture:"",joinPolicy:"open"}),[s,r]=d(""),a=()=>{r("");let c=async()=>{let l=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let $=t.conversation(`group-${l.id}`);Object.assign($,{gone:!1,listed:!0,touched:t.now()}),N("chats",$.name)};return t.attempt(c,"",tt(r,mt))};return i`<div class="page">
    <${y} title=${o("newGroup")} back=${k("groups")} />
    <div class="page-body">
      <${Ct} model=${t} given=${e} change=${n} action=${o("makeGroup")} problem=${s} then=${a} />
    </div>
  </div>`}function Wo({model:t}){let[,e]=d(0),n=()=>e(c=>c+1),s=async c=>{await xe(c==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=c=>l=>{c(l==="on"),n(),t.changed()},a=(c,l,$)=>i`<${z} label=${c} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${$} />`;return i`<div class="page">
    <${y} title=${o("notices")} back=${k("settings")} />
    <div class="page-body form">
      <p class="dim">${o(yt()?"noticesHint":"noticesImpossible")}</p>
      ${yt()&&a(o("notices"),ve(),s)}
      ${yt()&&a(o("noticesText"),we(),r(Se))}
      ${a(o("sounds"),ke(),r(Ce))}
      ${a(o("badge"),ye(),r(Oe))}
    </div>
  </div>`}var qo="1000";function Bt({model:t,what:e,close:n}){let[s,r]=d(""),[a,c]=d(""),[l,$]=d(""),[u,p]=d(!1),m=async f=>{if(f.preventDefault(),!s)return $(o("reportReasonNeeded"));p(!0),$("");try{await t.api.post("/reports",{...e,reason:s,text:a.trim()}),t.toast(o("reported")),n()}catch(g){$(T(g)),p(!1)}};return i`<${C} title=${o(e.message?"reportMessage":"reportPerson")} close=${n}>
    <form onSubmit=${m}>
      <p class="dim">${o(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${z} label=${o("reportReason")} options=${ee()} value=${s} change=${r} />
      <${w} label=${o("reportText")} value=${a} change=${c} rows="3" maxlength=${qo} />
      ${l&&i`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${u}>${o("report")}</button>
      </div>
    </form>
  <//>`}function Ko({model:t,id:e}){let[n,s]=d(""),{api:r,lists:a}=t,c=t.people.get(e);if(x(()=>{t.ready&&r.get(`/users/${e}`).then(h=>t.people.know(he(h))).then(t.changed,()=>{})},[e,t.ready]),!c)return i`<div class="page"><${y} title="" back=${k("contacts")} /></div>`;let l=t.people.name(e),$=e===t.state.user,p=Object.fromEntries(["contacts","received","sent","blocks"].map(h=>[h,a.has(h,e)])),m=a.get("received").find(({user:h})=>h.id===e)?.greeting,f=(h,b="")=>t.attempt(async()=>{await h(),a.again("contacts","received","sent","blocks")},b),g=()=>s("");return i`<div class="page">
    <${y} title=${o("profile")} back=${k("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${B} model=${t} id=${e} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}<${ae} of=${c} /></h2>
        ${t.people.namesOf(c).filter(h=>h!==l).map(h=>i`<p key=${h} class="dim" dir="auto">${h}</p>`)}
        ${se(c)&&i`<p class="dim">${re(c)}</p>`}
        ${c.gender&&i`<p class="dim">${c.gender}</p>`}
        ${c.bio&&i`<p class="bio"><${kt} text=${c.bio} /></p>`}
        ${m&&i`<p class="greeting">${m}</p>`}
      </div>
      ${$?i`<div class="actions center"><a class="button" href=${k("settings","profile")}>${o("editProfile")}</a></div>`:!c.deleted&&i`<div class="tiles">
              <${I} icon="chats" text=${o("message")} kind="primary" act=${()=>N("chats",`user-${e}`)} />
              ${p.received&&i`<${I} icon="check" text=${o("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${p.received&&i`<${I} icon="close" text=${o("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${p.sent&&i`<${I} icon="close" text=${o("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!p.contacts&&!p.received&&!p.sent&&!p.blocks&&i`<${I} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${p.contacts&&i`<${I} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${p.contacts&&i`<${I} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${p.blocks?i`<${I} icon="check" text=${o("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:i`<${I} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${I} icon="flag" text=${o("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${n==="report"&&i`<${Bt} model=${t} what=${{user:e}} close=${g} />`}
    ${n==="ask"&&i`<${_e} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${h=>f(()=>r.put(`/contact-requests/sent/${e}`,h?{greeting:h}:{}),o("requestSent"))} />`}
    ${n==="remark"&&i`<${_e} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${h=>f(()=>r.patch(`/contacts/${e}`,{remark:h}))} />`}
    ${n==="remove"&&i`<${j} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&i`<${j} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function _e({title:t,label:e,action:n,limit:s,first:r="",close:a,then:c,...l}){let[$,u]=d(r);return i`<${C} title=${t} close=${a}>
    <form onSubmit=${m=>{m.preventDefault(),a(),c($.trim())}}>
      <${w} label=${e} value=${$} change=${u} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${a}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var Yo=10;function Vo({model:t,conversation:e,files:n,close:s}){let[r,a]=d(()=>n.map((v,A)=>({key:A,file:v,text:""}))),[c,l]=d(!0),[$,u]=d(""),p=r.length>1&&r.length<=Yo,m=p&&c,f=r.filter(({file:v})=>!t.media.problemWith(v)),g=(v,A)=>a(r.with(v,{...r[v],text:A})),h=v=>r.length>1?a(r.toSpliced(v,1)):s(),b=v=>a(r.with(v-1,r[v]).with(v,r[v-1])),E=v=>{if(v.preventDefault(),!f.length)return;let A=e.draft.replyTo?.id;if(A&&e.draft.cancel(),m)t.media.send(e,f.map(({file:S})=>S),{text:$,replyTo:A});else for(let{file:S,text:G}of f)t.media.send(e,S,{text:G,replyTo:A}),A=void 0;s()},P=r.length===1,O=o(It(r[0].file)==="picture"?"sendPicture":"sendFile");return i`<${C} title=${P?O:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${E}>
      ${r.map(({key:v,file:A,text:S},G)=>i`<${Xo} key=${v} model=${t} file=${A} text=${S} change=${m?null:Y=>g(G,Y)}>
            ${G>0&&i`<${K} icon="up" label=${o("earlier",{name:A.name})} onClick=${()=>b(G)} />`}
            ${!P&&i`<${K} icon="close" label=${o("removeFile",{name:A.name})} onClick=${()=>h(G)} />`}
          <//>`)}
      <div class="preview-foot">
        ${p&&i`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${o("asOneMessage")}</label>`}
        ${m&&i`<${w} label=${o("caption")} value=${$} change=${u} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${f.length>0&&i`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function Xo({model:t,file:e,text:n,change:s,children:r}){let[a,c]=d(""),[l,$]=d(e.type.startsWith("video/")),u=It(e),p=t.media.problemWith(e);return x(()=>{let m=URL.createObjectURL(e);return c(m),()=>URL.revokeObjectURL(m)},[e]),i`<div class="preview-item">
    ${u==="picture"&&a&&i`<img class="picture-preview" src=${a} alt=${e.name} />`}
    ${l&&a&&i`<video controls playsinline src=${a} aria-label=${e.name} onError=${()=>$(!1)}></video>`}
    ${u==="audio"&&a&&i`<audio controls src=${a} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${M} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Qt(e.size)}</span>${r}
    </p>
    ${p?i`<p class="problem" role="alert">${p}</p>`:s&&i`<${w} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function Jo({model:t}){return t.me?i`<div class="page">
    <${y} title=${o("profile")} back=${k("settings")} />
    <div class="page-body"><${Qo} model=${t} /></div>
  </div>`:null}function Qo({model:t}){let[e,n]=d(t.me),[s,r]=d(t.me);x(()=>{let p=m=>f=>[f,m[f]===s[f]?t.me[f]:m[f]];n(m=>Object.fromEntries(Object.keys(t.me).map(p(m)))),r(t.me)},[t.me]);let a=p=>m=>n({...e,[p]:m}),[c,l]=d({}),$=p=>{p.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await Zo(t,f);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(h=>[h,e[h]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},u=p=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:p}),t.people.know(t.me),n(m=>({...m,avatar:t.me.avatar}))},o("saved"));return i`<form class="form" onSubmit=${$}>
    <${st} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${u} />
    <${w} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${a("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${w} label=${o("bio")} value=${e.bio} change=${a("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${w} label=${o("gender")} value=${e.gender} change=${a("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${w} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${a("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${w} label=${o("phone")} value=${e.phone} change=${a("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${w} label=${o("email")} value=${e.email} change=${a("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function Zo(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=T(s),delete e[r]}return n}var Ot=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,n,s){this.model=e,this.path=`/groups/${n}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",n;try{n=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of n.items)this.#t(s);this.counts={read:n.read,received:n.received,none:n.none},this.next=n.next??""};#t({state:e,...n}){this.model.people.know({deleted:!1,...n});for(let s of Object.values(this.people))if(s.includes(n.id))return;this.people[e].push(n.id)}};var tn={read:"read",received:"delivered",none:"notDelivered"};function en({model:t,conversation:e,message:n,close:s}){let[r]=d(e.others.size===0),[,a]=d(0),[c]=d(()=>new Ot(t,e.place.group??0,n.id)),l=()=>c.more().finally(()=>a(f=>f+1)),$=e.readersOf(n),u=r?c.people:{read:$.read,received:$.received,none:$.neither},p=f=>i`<${R} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,m=([f,g])=>{let h=(r?c.counts?.[f]:u[f].length)??0;return h>0&&i`<h3 class="list-head" key=${`${f} head`}>${o(g)} · ${h}</h3>
        <${W} key=${f} items=${u[f]} row=${p} />`};return i`<${C} title=${o("readers")} close=${s}>
    ${Object.entries(tn).map(m)} ${r&&!c.complete&&i`<${et} load=${l} />`}
    ${c.refused&&i`<p role="alert">${T(c.refused)}</p>`}
    ${(r?c.nobody:!Object.values(u).flat().length)&&i`<p>${o("nobodyToRead")}</p>`}
  <//>`}var on=50;function nn({model:t}){let[e,n]=d(null),[s,r]=d(""),a=async($="")=>{let u=await t.api.get(`/saved?limit=${on}${$&&`&cursor=${encodeURIComponent($)}`}`);n($?p=>[...p??[],...u.items]:u.items),r(u.next??"")},c=gt(t,a,[t.kept.version]),l=$=>t.kept.save($,!1,o("unsaved"));return i`<div class="page">
    <${y} title=${o("savedMessages")} back=${k("chats")} stays />
    <div class="page-body">
      ${!e&&i`<${lt} model=${t} away=${c} />`}
      ${e&&!e.length&&!s&&i`<${F} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map($=>i`<${sn} key=${$.message.id} model=${t} saved=${$} remove=${l} />`)}
      </ul>
      ${s&&i`<${et} key=${s} load=${()=>a(s)} />`}
    </div>
  </div>`}function sn({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),a=t.titleOf(r);return i`<li class="row">
    <a class="row-main" href=${k("chats",n,e.id)}>
      <${B}
        model=${t}
        id=${r.id}
        name=${a}
        picture=${t.pictureOf(r)}
        kind=${r.kind}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${a}</span>
          <time class="row-time">${U(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.author(e)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${K} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var rn=200;function Ge({model:t,within:e,search:n,change:s}){let r=dt(),{sender:a,media:c,since:l,until:$}=n,u={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},p=Jt(t.now());return i`<details class="filters" open=${!!(a||c||l||$)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${w} label=${o("sender")} value=${a} change=${m=>s({sender:m})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${We(t,e).slice(0,rn).map(({id:m,name:f})=>i`<option key=${m} value=${f}></option>`)}</datalist>
      <${w} label=${o("sinceDay")} type="date" value=${l} max=${p} change=${m=>s({since:m})} />
      <${w} label=${o("untilDay")} type="date" value=${$} max=${p} change=${m=>s({until:m})} />
      <${z} label=${o("kind")} options=${u} value=${c} change=${m=>s({media:m})} />
    </div>
  </details>`}var Dt=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function Ue(t,e,{words:n,sender:s,media:r,since:a,until:c}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),a&&(l.after=String(Math.max(0,Mt(a)))),c&&(l.before=String(Math.max(0,Mt(c,1)))),!s.trim())return l;let $=await an(t,e,s.trim());return $&&{...l,sender:String($)}}async function an(t,e,n){let s=L(n),r=a=>{let c=a.flatMap(({id:l,name:$})=>[$,...t.people.namesOf({id:l})].map(u=>({id:l,name:L(u)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(We(t,e))??r((await q(t,n,20)).map(({id:a})=>({id:a,name:t.people.name(a)})))}function We(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],a=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(a.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var zt={words:"",sender:"",media:"",since:"",until:""};function cn({model:t,within:e,given:n}){let s=t.searches.get(e),[r,a]=d(n&&n!==s?.search.words.trim()?{...zt,words:n}:s?.search??zt),[c,l]=d(s?.search===r?s:{search:r,items:null,next:"",query:""}),[$,u]=d(""),[p,m]=d(!1),f=X(),g=X(),h=e?t.conversation(e).place:{},{items:b,next:E}=c,P=async(S,G,Y="")=>{m(!0),await t.attempt(async()=>{let it=await t.api.get(`/search?${G}${Y&&`&cursor=${encodeURIComponent(Y)}`}`),$t=Y?[...b,...it.items]:it.items,at={search:S,query:G,items:$t,next:it.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,at),l(at)}),m(!1)},O=async(S=r)=>{if(u(""),!Dt(S))return u(o("searchNeeds"));let G=S.words.trim();history.replaceState(history.state,"",k("search",e,...G?[G]:[]));let Y=new URLSearchParams({limit:"30"});e==="announcements"&&Y.set("announcements","true");for(let[$t,at]of Object.entries(h))Y.set($t,String(at));let it=await Ue(t,e,S).catch(()=>null);if(!it)return u(o("nobodyFound"));for(let[$t,at]of Object.entries(it))Y.set($t,at);return P(S,Y.toString())};x(()=>{t.ready&&!b&&Dt(r)&&O(),t.ready&&h.group!==void 0&&t.members.load(h.group).catch(()=>{})},[t.ready]),x(()=>{if(!n||n===r.words.trim())return;let S={...zt,words:n};a(S),O(S)},[n]),Kt(()=>{f.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let v=S=>{S.preventDefault(),O()};return i`<div class="page" ref=${f} onScroll=${()=>{let S=t.searches.get(e);S&&(S.scroll=f.current.scrollTop)}}>
    <${y} title=${e?o("searchIn",{name:t.titleOf(t.conversation(e))}):o("searchMessages")} back=${e?k("chats",e):k("chats")} stays />
    <div class="page-body">
      <form role="search" onSubmit=${v}>
        <div class="filter">
          <${M} name="search" />
          <input
            ref=${g}
            type="search"
            value=${r.words}
            maxlength="256"
            aria-label=${o("searchMessages")}
            placeholder=${o("searchMessages")}
            onInput=${S=>a({...r,words:S.currentTarget.value})}
          />
          <button class="primary">${o("search")}</button>
        </div>
        <${Ge} model=${t} within=${e} search=${r} change=${S=>a({...r,...S})} />
      </form>
      ${$&&i`<p class="problem" role="alert">${$}</p>`}
      ${b&&!b.length&&!E&&!p&&i`<${F} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(b??[]).map(S=>i`<${wt} key=${S.message.id} model=${t} found=${S} />`)}
      </ul>
      ${p&&i`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${E&&!p&&i`<div class="actions center"><button type="button" onClick=${()=>P(c.search,c.query,E)}>${o("more")}</button></div>`}
    </div>
  </div>`}var ln=({model:t,step:e,again:n})=>i`<${e.enrols?mn:pn} model=${t} step=${e} again=${n} />`;function pn({model:t,step:e,again:n}){let{ticket:s,factors:r}=e,a=r.filter(v=>v!=="passkey"),[c,l]=d(a[0]),[$,u]=d(""),[p,m]=d(!1),[f,g]=d(""),h=async v=>{g("");try{await v()}catch(A){g(T(A))}},b=v=>t.link.ask("showFactor",{ticket:s,remember:p,...v},D()),E=H(v=>(v.preventDefault(),h(()=>b({[c]:$})))),P=H(()=>h(async()=>{let{state:v,options:A}=await nt("POST","/session/passkey/begin",{body:{ticket:s},language:D()});await b({passkey:{state:v,credential:await ne(A)}})})),O=()=>{l(a.find(v=>v!==c)),u(""),g("")};return i`<form class="card" onSubmit=${E}>
    <${Z}>${o("secondStep")}<//>
    ${c==="totp"&&i`<${Et} hint=${o("appCodeHint")} value=${$} change=${u} />`}
    ${c==="recovery"&&i`<${w} label=${o("recoveryCode")} hint=${o("recoveryCodeHint")} value=${$} change=${u} autocomplete="off" autocapitalize="none" spellcheck=${!1} required maxlength="64" />`}
    <label class="check"><input type="checkbox" checked=${p} onChange=${()=>m(!p)} /><span>${o("rememberDevice")}</span></label>
    ${f&&i`<p class="problem" role="alert">${f}</p>`}
    ${c&&i`<button class="primary">${o("logIn")}</button>`}
    ${r.includes("passkey")&&oe()&&i`<button type="button" onClick=${P}>${o("withPasskey")}</button>`}
    ${a.length>1&&i`<button type="button" class="plain" onClick=${O}>${o(c==="totp"?"useRecoveryCode":"useAppCode")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}function mn({model:t,step:e,again:n}){let{ticket:s}=e,[r,a]=d(null),[c,l]=d(""),[$,u]=d(null),[p,m]=d("");x(()=>{nt("POST","/session/enrol",{body:{ticket:s},language:D()}).then(a,b=>m(T(b)))},[s]);let f=H(async h=>{h.preventDefault(),m("");try{u(await t.link.ask("confirmApp",s,c,D()))}catch(b){m(T(b))}}),g=H(h=>(h.preventDefault(),t.link.ask("goOn").catch(b=>m(T(b)))));return $?i`<form class="card" onSubmit=${g}>
      <${Z} key="codes">${o("recoveryCodes")}<//>
      <${pe} model=${t} codes=${$} />
      ${p&&i`<p class="problem" role="alert">${p}</p>`}
      <button class="primary">${o("codesKept")}</button>
    </form>`:i`<form class="card" onSubmit=${f}>
    <${Z} key="app">${o("setUpApp")}<//>
    <p>${o("roleNeedsFactor")}</p>
    ${r&&i`<${le} told=${r} /><${Et} hint=${o("appCodeNewHint")} value=${c} change=${l} />`}
    ${p&&i`<p class="problem" role="alert">${p}</p>`}
    ${r&&i`<button class="primary">${o("logIn")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}var $n=[["profile","person"],["account","lock"],["security","device"],["notices","bell"],["appearance","look"],["blocked","block"],["bots","bot"]];function un({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return i`
    <${y} title=${o("settings")} />
    ${t.me&&i`<div class="portrait small">
        <${B} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}<${ie} of=${t.me} /></h2>
      </div>`}
    <ul class="rows">
      ${$n.map(([s,r])=>i`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${k("settings",s)} aria-current=${e===s?"page":void 0}>
              <${M} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&i`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${M} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${k("chats","announcements")}><${M} name="megaphone" />${o("announcements")}</a>
      </li>
      ${ce(t.me,"moderator")&&i`<li class="row">
          <a class="row-main setting" href=${k("admin")}><${M} name="lock" />${o("administration")}</a>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${`${ct}/docs/web-client${D()==="zh"?".zh":""}`} target="_blank" rel="noreferrer"><${M} name="info" />${o("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${M} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var rt=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(rt||{}),fn=[0,1],Ke=[1,0],Ye=[2,3],Ve=[3,2],dn={L:fn,M:Ke,Q:Ye,H:Ve},hn=/^\d*$/,gn=/^[A-Z0-9 $%*+./:-]*$/,Lt="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Ut=1,Wt=40,qe=3,bn=3,Pt=40,vn=10,Xe=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],Je=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],jt=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<Ut||e>Wt)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let a=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(a.slice()),this.types.push(a.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let $=0;$<8;$++){this.applyMask($),this.drawFormatBits($);let u=this.getPenaltyScore();u<l&&(r=$,l=u),this.applyMask($)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,rt.Timing),this.setFunctionModule(s,6,s%2===0,rt.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let a=0;a<10;a++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let a=0;a<=5;a++)this.setFunctionModule(8,a,J(r,a));this.setFunctionModule(8,7,J(r,6)),this.setFunctionModule(8,8,J(r,7)),this.setFunctionModule(7,8,J(r,8));for(let a=9;a<15;a++)this.setFunctionModule(14-a,8,J(r,a));for(let a=0;a<8;a++)this.setFunctionModule(this.size-1-a,8,J(r,a));for(let a=8;a<15;a++)this.setFunctionModule(8,this.size-15+a,J(r,a));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=J(n,s),a=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(a,c,r),this.setFunctionModule(c,a,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let a=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=n+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,a!==2&&a!==4,rt.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,rt.Alignment)}setFunctionModule(e,n,s,r=rt.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==At(n,s))throw new RangeError("Invalid argument");let r=Je[s[0]][n],a=Xe[s[0]][n],c=Math.floor(_t(n)/8),l=r-c%r,$=Math.floor(c/r),u=[],p=An(a);for(let f=0,g=0;f<r;f++){let h=e.slice(g,g+$-a+(f<l?0:1));g+=h.length;let b=Mn(h,p);f<l&&h.push(0),u.push(h.concat(b))}let m=[];for(let f=0;f<u[0].length;f++)u.forEach((g,h)=>{(f!==$-a||h>=l)&&m.push(g[f])});return m}drawCodewords(e){if(e.length!==Math.floor(_t(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let a=0;a<2;a++){let c=s-a,$=(s+1&2)===0?this.size-1-r:r;!this.types[$][c]&&n<e.length*8&&(this.modules[$][c]=J(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let a=0;a<this.size;a++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[a][u]===c?(l++,l===5?e+=qe:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*Pt),c=this.modules[a][u],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*Pt}for(let a=0;a<this.size;a++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[u][a]===c?(l++,l===5?e+=qe:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*Pt),c=this.modules[u][a],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*Pt}for(let a=0;a<this.size-1;a++)for(let c=0;c<this.size-1;c++){let l=this.modules[a][c];l===this.modules[a][c+1]&&l===this.modules[a+1][c]&&l===this.modules[a+1][c+1]&&(e+=bn)}let n=0;for(let a of this.modules)n=a.reduce((c,l)=>c+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*vn,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function Q(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function J(t,e){return(t>>>e&1)!==0}var ft=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},kn=[1,10,12,14],wn=[2,9,11,13],yn=[4,8,16,16];function Qe(t,e){return t[Math.floor((e+7)/17)+1]}function Ze(t){let e=[];for(let n of t)Q(n,8,e);return new ft(yn,t.length,e)}function xn(t){if(!to(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);Q(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new ft(kn,t.length,e)}function Cn(t){if(!eo(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=Lt.indexOf(t.charAt(n))*45;s+=Lt.indexOf(t.charAt(n+1)),Q(s,11,e)}return n<t.length&&Q(Lt.indexOf(t.charAt(n)),6,e),new ft(wn,t.length,e)}function Sn(t){return t===""?[]:to(t)?[xn(t)]:eo(t)?[Cn(t)]:[Ze(Pn(t))]}function to(t){return hn.test(t)}function eo(t){return gn.test(t)}function On(t,e){let n=0;for(let s of t){let r=Qe(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function Pn(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function _t(t){if(t<Ut||t>Wt)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function At(t,e){return Math.floor(_t(t)/8)-Xe[e[0]][t]*Je[e[0]][t]}function An(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=Gt(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=Gt(n,2)}return e}function Mn(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((a,c)=>n[c]^=Gt(a,r))}return n}function Gt(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function En(t,e,n=1,s=40,r=-1,a=!0){if(!(Ut<=n&&n<=s&&s<=Wt)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=n;;c++){let m=At(c,e)*8,f=On(t,c);if(f<=m){l=f;break}if(c>=s)throw new RangeError("Data too long")}for(let m of[Ke,Ye,Ve])a&&l<=At(c,m)*8&&(e=m);let $=[];for(let m of t){Q(m.mode[0],4,$),Q(m.numChars,Qe(m.mode,c),$);for(let f of m.getData())$.push(f)}let u=At(c,e)*8;Q(0,Math.min(4,u-$.length),$),Q(0,(8-$.length%8)%8,$);for(let m=236;$.length<u;m^=253)Q(m,8,$);let p=Array.from({length:Math.ceil($.length/8)},()=>0);return $.forEach((m,f)=>p[f>>>3]|=m<<7-(f&7)),new jt(c,e,p,r)}function oo(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:a=40,maskPattern:c=-1,border:l=1}=e||{},$=typeof t=="string"?Sn(t):Array.isArray(t)?[Ze(t)]:void 0;if(!$)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let u=En($,dn[n],r,a,c,s),p=Fn({version:u.version,maskPattern:u.mask,size:u.size,data:u.modules,types:u.types},l);return e?.invert&&(p.data=p.data.map(m=>m.map(f=>!f))),e?.onEncoded?.(p),p}function Fn(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(a=>{for(let c=0;c<e;c++)a.unshift(!1),a.push(!1)});for(let a=0;a<e;a++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=rt.Border;t.types.forEach(a=>{for(let c=0;c<e;c++)a.unshift(r),a.push(r)});for(let a=0;a<e;a++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function Hn({model:t,close:e}){let n=`${location.origin}${ct}/`,s=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return i`<${C} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <${ot} model=${t} label=${o("address")} text=${n} />
    </div>
    <${Nn} text=${n} />
    ${"share"in navigator&&i`<div class="actions"><button type="button" class="primary" onClick=${s}>${o("share")}</button></div>`}
  <//>`}function Nn({text:t}){let{size:e,path:n}=Vt(()=>{let s=oo(t,{border:2}),r=s.data.flatMap((a,c)=>a.flatMap((l,$)=>l?[`M${$} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return i`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var qt=12;function In({model:t,close:e}){let[n,s]=d(""),[r,a]=d(0),c=X(),l=dt(),$=_(t,n,h=>h?q(t,h,qt):[]),u=L(n.trim());x(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let p=Rn(t,n.trim(),$??[]),m=Math.min(r,p.length-1);x(()=>c.current?.children[m]?.scrollIntoView({block:"nearest"}),[m]);let f=({name:h})=>{e(),N("chats",h)},g=h=>{if(h.isComposing||h.keyCode===229)return;let b={ArrowDown:1,ArrowUp:-1};if(h.key in b&&p.length)a((m+b[h.key]+p.length)%p.length);else if(h.key==="Enter"&&p.length)f(p[m]);else return;h.preventDefault()};return i`<${C} title=${o("goTo")} close=${e}>
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
      aria-activedescendant=${p.length?`${l}-${m}`:void 0}
      onKeyDown=${g}
      onInput=${h=>{s(h.currentTarget.value),a(0)}}
    />
    ${p.length>0&&i`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${o("goTo")}>
        ${p.map((h,b)=>i`<li
              key=${h.name}
              id=${`${l}-${b}`}
              class=${b===m?"row selected":"row"}
              role="option"
              aria-selected=${b===m}
              onMouseDown=${E=>E.preventDefault()}
              onClick=${()=>f(h)}
            >
              <span class="row-main">
                <${B} model=${t} id=${h.id} name=${h.title} picture=${h.picture} kind=${h.kind} size="small" />
                <span class="row-title">${h.title}</span>
                ${h.why&&i`<span class="row-note">${h.why}</span>`}
                <${de} unread=${h.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${$&&u&&!p.length?o("nothingFound"):""}</p>
  <//>`}function Rn(t,e,n){let s=p=>Math.max(p.last?.time??0,p.touched??0),r=t.all.filter(p=>p!==t.watching||e).sort((p,m)=>s(m)-s(p)).map(p=>({id:p.id,name:p.name,title:t.titleOf(p),picture:t.pictureOf(p),kind:p.kind,unread:p.unread,names:p.place.user!==void 0?t.people.namesOf({id:p.place.user}):void 0}));if(!e)return r.slice(0,qt);let a=({id:p,avatar:m})=>({id:p,name:`user-${p}`,title:t.people.name(p),picture:m,kind:"person",unread:0,names:t.people.namesOf({id:p})}),c=t.lists.get("contacts").map(({user:p})=>a(p)),l=p=>Tn(p.map(m=>({...m,place:m.name,name:m.title})),e),$=[...l(r),...l(c),...n.map(p=>({...a(p),place:`user-${p.id}`}))],u=new Map;for(let p of $)u.has(p.place)||u.set(p.place,{...p,name:p.place});return[...u.values()].slice(0,qt)}function Tn(t,e){let n=L(e),s=Ft(t.map(c=>({...c,names:[c.title]})),e),r=new Set(s.map(({place:c})=>c)),a=Ft(t,e).filter(({place:c})=>!r.has(c));return[...s,...a.map(c=>({...c,why:c.names?.find(l=>L(l).includes(n))}))]}Xt({en:Pe,zh:Ae});export{no as Appearance,so as Archive,ro as Blocked,io as Contacts,co as FindGroups,lo as FindPeople,po as Forgotten,mo as Forward,Ho as Group,Io as Groups,Ro as Join,Bo as Keys,Do as Linked,zo as Mentions,Lo as NewChat,_o as NewDevices,Uo as NewGroup,Go as NewPassword,Wo as Notices,Tt as Outgoing,Ko as Person,st as PictureField,Vo as Preview,Jo as Profile,en as Readers,Bt as Report,nn as Saved,cn as Search,ln as SecondStep,un as Settings,Hn as Share,In as Switcher};
