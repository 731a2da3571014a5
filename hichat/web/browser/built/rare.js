import{$ as I,A as ot,Aa as V,Ba as kt,C as B,Ca as wt,D as tt,Da as be,E as te,Ea as ve,F as ee,Fa as ke,Ga as we,H as oe,Ha as ye,I as H,Ia as xe,J as F,Ja as Ce,K as D,Ka as Se,L as ne,La as Nt,M as se,N as re,O as ie,P as N,Q as k,R as T,S as $t,T as y,U as C,V as _,W as ct,X as ht,Y as et,a as d,b as x,c as qt,ca as lt,d as Kt,da as ae,e as Yt,f as a,fa as Mt,g as X,ga as ce,h as ft,ha as le,i as M,ia as pe,j as R,ja as me,k as dt,ka as $e,l as z,la as ue,m as Vt,ma as fe,n as o,na as q,o as W,oa as j,p as Xt,pa as de,q as At,qa as G,r as Jt,ra as K,s as w,sa as gt,ta as he,u as Qt,ua as Et,v as Zt,va as Ft,wa as ge,x as L,xa as Ht,y as Z,ya as bt,z as at,za as vt}from"./client.js";var Oe={editHook:"Edit hook",hookAgain:"Deliver again",hookAll:"Everything that happens",hookByHand:"Switched off",hookChanges:"Messages, their edits, recalls and reactions",hookDelivered:"delivered",hookDeliveries:"Last deliveries",hookFailing:"Switched off: all deliveries failed for 5 days",hookFails:"Fails since {time}, {tries} tries; it is tried again",hookGone:"Switched off: the receiver wants no more (410)",hookGood:"On",hookMessages:"Messages",hookName:"Name",hookNoRights:"Switched off: who switched it on may not see these events any more",hookNoSecret:"Switched off: the server has another key. Make another secret",hookOff:"Switch off",hookOn:"Switch on",hookOutcome:"The receiver: {outcome}",hookSecret:"Secret",hookSecretOnce:"Give this secret to the receiver: by it, it checks that deliveries are this server's. It is not shown again.",hookSends:"It sends",hookSkip:"Skip what waits",hookTook:"{time} · {took} ms · tries: {tries}",hookUrl:"URL",hookUrlHint:"Each event is POSTed there, signed after Standard Webhooks.",hookWarning:"Whoever has the receiver reads what is written here from now on.",newHook:"New hook",noDeliveries:"Nothing was delivered yet.",noHooks:"There are none.",outgoingHooks:"Outgoing hooks",outgoingHooksHint:"They send what happens here to programs elsewhere, in order and at least once.",removeHook:"Remove hook",removeHookQuestion:"{name} sends nothing any more, also not what waits.",rollHook:"New secret",rollHookQuestion:"For a day, deliveries are signed by the new secret and by the one before.",tryHook:"Try it"};var Pe={editHook:"编辑 Webhook",hookAgain:"重新投递",hookAll:"所有事件",hookByHand:"已停用",hookChanges:"消息及其编辑、撤回和回应",hookDelivered:"已送达",hookDeliveries:"最近的投递",hookFailing:"已停用：投递连续 5 天失败",hookFails:"自 {time} 起失败，已尝试 {tries} 次，会继续重试",hookGone:"已停用：接收方表示不再接收（410）",hookGood:"已启用",hookMessages:"消息",hookName:"名称",hookNoRights:"已停用：启用它的人已无权查看这些事件",hookNoSecret:"已停用：服务器的密钥已更换，请生成新的 Webhook 密钥",hookOff:"停用",hookOn:"启用",hookOutcome:"接收方：{outcome}",hookSecret:"密钥",hookSecretOnce:"请把此密钥交给接收方，用于确认投递来自本服务器。密钥只显示这一次。",hookSends:"发送内容",hookSkip:"跳过等待中的事件",hookTook:"{time} · {took} 毫秒 · 尝试 {tries} 次",hookUrl:"网址",hookUrlHint:"每个事件都会以 POST 发送到此网址，并按 Standard Webhooks 签名。",hookWarning:"拥有接收方的人从现在起可以读到这里的内容。",newHook:"新建 Webhook",noDeliveries:"还没有投递。",noHooks:"还没有 Webhook。",outgoingHooks:"外发 Webhook",outgoingHooksHint:"把这里发生的事件按顺序发送给其他程序，每个事件至少一次。",removeHook:"删除 Webhook",removeHookQuestion:"{name} 不再发送任何事件，包括等待中的事件。",rollHook:"更换密钥",rollHookQuestion:"一天之内，投递同时用新旧两个密钥签名。",tryHook:"试一试"};function oo({model:t}){let e=s=>{me(s),t.changed()},n=s=>t.speak(s);return a`<div class="page">
    <${y} title=${o("appearance")} back=${k("settings")} />
    <div class="page-body form">
      <${L} label=${o("theme")} options=${{auto:o("themeAuto"),light:o("themeLight"),dark:o("themeDark")}} value=${pe()} change=${e} />
      <${L} label=${o("language")} options=${dt} value=${z()} change=${n} />
    </div>
  </div>`}function no({model:t,selected:e}){let[n,s]=d(!1),{archived:r}=t,i=ht(t,async()=>{n||await t.overview.archive(),s(!0)});return a`
    <${y} title=${o("archive")} back=${k("chats")} />
    <${q}
      items=${r}
      row=${c=>a`<${ue} key=${c.name} model=${t} conversation=${c} selected=${c.name===e} />`}
    />
    ${n&&!r.length&&a`<${F} icon="archive" text=${o("archiveEmpty")} />`}
    ${!n&&!r.length&&a`<${ct} model=${t} away=${i} />`}
  `}function so({model:t}){let e=t.lists.get("blocks"),n=s=>t.attempt(async()=>{await t.api.delete(`/blocks/${s.id}`),t.lists.again("blocks")});return a`<div class="page">
    <${y} title=${o("blocked")} back=${k("settings")} />
    <div class="page-body">
      ${!e.length&&a`<${F} icon="block" text=${o("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>a`<${T} key=${s.id} model=${t} person=${s}>
              <button type="button" class="small" onClick=${()=>n(s)}>${o("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function ro({model:t,selected:e}){let n=t.lists.get("received"),s=t.lists.get("sent"),r=lt(t.me),i=new Intl.Collator,c=[...t.lists.get("contacts")].sort((l,$)=>i.compare(t.people.name(l.user.id),t.people.name($.user.id)));return a`
    <${y} title=${o("contacts")}>
      ${!r&&a`<a class="icon-button" href=${k("contacts","find")} aria-label=${o("findPeople")} title=${o("findPeople")}><${M} name="plus" /></a>`}
    <//>
    ${n.length>0&&a`<h2 class="list-head">${o("requests")}</h2>`}
    <ul class="rows">
      ${n.map(({user:l,greeting:$})=>a`<${io} key=${l.id} model=${t} user=${l} greeting=${$} />`)}
    </ul>
    ${s.length>0&&a`<h2 class="list-head">${o("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:l})=>a`<${T} key=${l.id} model=${t} person=${l} note=${o("waitingForAnswer")} selected=${e===String(l.id)} />`)}
    </ul>
    ${(n.length>0||s.length>0)&&a`<h2 class="list-head">${o("contacts")}</h2>`}
    ${!c.length&&a`<${F} icon="contacts" text=${o(r?"noContactsOfGuest":"noContacts")}>
      ${!r&&a`<a class="button" href=${k("contacts","find")}>${o("findPeople")}</a>`}
    <//>`}
    <${q}
      items=${c}
      row=${({user:l})=>a`<${T} key=${l.id} model=${t} person=${l} note=${l.bio} selected=${e===String(l.id)} />`}
    />
  `}function io({model:t,user:e,greeting:n}){let{api:s,lists:r}=t,i=($,u)=>t.attempt(async()=>{await $(),r.again("received","contacts")},u),c=()=>i(()=>s.put(`/contacts/${e.id}`),o("accepted",{name:t.people.name(e.id)})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return a`<${T} model=${t} person=${e} note=${n||o("asksYou")} asks>
    <button type="button" class="primary small" onClick=${c}>${o("accept")}</button>
    <button type="button" class="small" onClick=${l}>${o("reject")}</button>
  <//>`}function ao({model:t}){let[e,n]=d(""),s=G(t,e,r=>t.groups.ask(async()=>{let{items:i}=await t.api.get(`/groups?limit=50${r&&`&name=${encodeURIComponent(r)}`}`);return i}));return a`<div class="page">
    <${y} title=${o("findGroups")} back=${k("groups")} />
    <div class="page-body">
      <${w} label=${o("groupName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${F} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${$t} key=${r.id} model=${t} group=${r} />`)}
      </ul>
    </div>
  </div>`}function co({model:t}){let[e,n]=d(""),s=G(t,e,r=>K(t,r,50));return a`<div class="page">
    <${y} title=${o("findPeople")} back=${k("contacts")} />
    <div class="page-body">
      <${w} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&a`<${F} icon="search" text=${o("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(r=>a`<${T} key=${r.id} model=${t} person=${r} note=${gt(r)}>
              <button type="button" class="small" onClick=${()=>N("chats",`user-${r.id}`)}>${o("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function lo(){let[t,e]=d(""),[n,s]=d(""),[r,i]=d(!1),c=H(async l=>{l.preventDefault(),s("");try{await ot("POST","/v2/password/forgotten",{body:{name:t},language:z()}),i(!0)}catch($){s(B($))}});return a`<main class="entry">
    <form class="card" onSubmit=${c}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Z}>${o("forgotten")}<//>
      ${r?a`<p role="status">${o("forgottenSent")}</p>`:a`<p class="hint">${o("forgottenHint")}</p>
              <${w} label=${o("nameOrAddress")} value=${t} change=${e} problem=${n} autocomplete="username" required maxlength="254" />
              <button class="primary">${o("sendLink")}</button>`}
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}var It=20;function po({model:t,message:e,close:n}){let[s,r]=d(""),[i,c]=d(""),[l,$]=d([]),u=j(s.trim()),m=G(t,s,b=>b?K(t,b,It):[]),p=u?mo(t,he(t,Ae(t,t.all),u),m??[]):Ae(t,t.listed);x(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let f=b=>{l.includes(b)?$(l.filter(O=>O!==b)):l.length<It?$([...l,b]):t.toast(o("tooManyChats",{most:It}),"problem")},g=b=>{if(b.preventDefault(),!!l.length){for(let O of l)t.forward(t.conversation(O),e,i.trim());t.toast(o(l.length>1?"forwardedToMany":"forwardedTo",{name:t.titleOf(t.conversation(l[0])),count:l.length})),n()}},h=b=>a`<${$o} key=${b.name} model=${t} conversation=${b} chosen=${l.includes(b.name)} toggle=${()=>f(b.name)} />`;return a`<${C} title=${o("forward")} close=${n}>
    <form class="forward" onSubmit=${g}>
      <p class="forwarded-text" dir="auto"><strong>${t.people.name(e.forwardedFrom??e.from)}</strong> ${t.describe(e).slice(0,140)}</p>
      <${w} label=${o("searchChats")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
      ${!p.length&&(m||!u)&&a`<p class="hint">${o("nothingFound")}</p>`}
      <div class="forward-list" role="group" aria-label=${o("chats")}><${q} items=${p} row=${h} /></div>
      <${w} label=${o("comment")} value=${i} change=${c} maxlength="2000" />
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${!l.length}>${l.length>1?o("sendTo",{count:l.length}):o("send")}</button>
      </div>
    </form>
  <//>`}function mo(t,e,n){let s=new Set(e.map(({name:i})=>i)),r=n.map(({id:i})=>t.conversation(Ht({user:i}))).filter(i=>!s.has(i.name));return[...e,...r.filter(i=>bt(t,i))]}function Ae(t,e){let n=e.filter(i=>bt(t,i)),s=new Set(n.map(({name:i})=>i)),r=t.lists.get("contacts").map(({user:i})=>t.conversation(Ht({user:i.id}))).filter(i=>!s.has(i.name)&&bt(t,i));return[...n,...r]}function $o({model:t,conversation:e,chosen:n,toggle:s}){let r=t.titleOf(e);return a`<li class="row">
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
  </li>`}var yt=256;function nt({model:t,id:e,name:n,kind:s="person",value:r,change:i}){let c=X(),[l,$]=d(!1);return a`<div class="picture-field">
    <${D} model=${t} id=${e} name=${n} picture=${r} kind=${s} size="large" />
    <input ref=${c} type="file" hidden accept="image/*" onChange=${async m=>{let p=m.currentTarget.files[0];m.currentTarget.value="",p&&($(!0),await t.attempt(async()=>i(await t.media.storeOpen(await uo(p)))),$(!1))}} />
    <div class="actions">
      <button type="button" disabled=${l} onClick=${()=>c.current.click()}>${o("choosePicture")}</button>
      ${r&&a`<button type="button" onClick=${()=>i("")}>${o("noPicture")}</button>`}
    </div>
  </div>`}async function uo(t){let e=await createImageBitmap(t).catch(()=>{throw new Error(o("notAPicture"))}),n=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:yt,height:yt}),[r,i]=[(e.width-n)/2,(e.height-n)/2];s.getContext("2d")?.drawImage(e,r,i,n,n,0,0,yt,yt);let c=await new Promise(l=>s.toBlob(l,"image/png"));return new File([c],"picture.png",{type:"image/png"})}var pt=t=>["name_taken","name_reserved","invalid_field"].includes(t.code),fo=()=>({open:o("policyOpen"),approval:o("policyApproval"),invite:o("policyInvite")});function xt({model:t,id:e,given:n,change:s,action:r,problem:i,then:c}){let l=m=>p=>s({...n,[m]:p}),$=H(c);return a`<form class="form" onSubmit=${m=>{m.preventDefault(),$()}}>
    <${nt} model=${t} id=${e} name=${n.name} kind="group" value=${n.picture} change=${l("picture")} />
    <${w} label=${o("groupName")} problem=${i} value=${n.name} change=${l("name")} required maxlength="64" autocomplete="off" />
    <${w} label=${o("description")} value=${n.description} change=${l("description")} rows="3" maxlength="1024" />
    <${L} label=${o("whoMayJoin")} options=${fo()} value=${n.joinPolicy} change=${l("joinPolicy")} />
    <div class="actions"><button class="primary">${r}</button></div>
  </form>`}function Me({model:t,group:e,close:n}){let[s,r]=d(null),[i,c]=d(null),l=`/groups/${e.id}/hooks`,$=()=>t.attempt(async()=>r(await t.api.get(l)));x(()=>{$()},[]);let u=()=>c(null),m=p=>{c({made:p}),$()};if(i?.editing){let{editing:p}=i;return a`<${go} model=${t} hook=${p} close=${u} work=${async g=>{p.id?(await t.api.patch(`${l}/${p.id}`,g),u(),await $()):m(await t.api.post(l,g))}} />`}if(i?.made)return a`<${vo} model=${t} hook=${i.made} close=${u} />`;if(i?.rolling){let p=()=>t.attempt(async()=>m(await t.api.post(`${l}/${i.rolling.id}/roll`)));return a`<${_} title=${o("rollIncoming")} text=${o("rollIncomingQuestion",{name:i.rolling.name})} action=${o("rollIncoming")} close=${u} then=${p} />`}if(i?.removing){let p=()=>t.attempt(async()=>{await t.api.delete(`${l}/${i.removing.id}`),await $()});return a`<${_} title=${o("removeIncoming")} text=${o("removeIncomingQuestion",{name:i.removing.name})} action=${o("removeIncoming")} close=${u} then=${p} />`}return a`<${C} title=${o("incomingHooks")} close=${n}>
    <p class="dim">${o("incomingHooksHint")}</p>
    <ul class="rows">
      ${(s??[]).map(p=>a`<li class="row" key=${p.id}>
            <span class="row-main">
              <${D} model=${t} id=${p.bot} name=${p.name} picture=${p.picture} />
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${ho(p)}</span>
              </span>
            </span>
            <span class="row-actions">
              <${R} icon="edit" label=${`${o("edit")}: ${p.name}`} onClick=${()=>c({editing:p})} />
              <${R} icon="link" label=${`${o("rollIncoming")}: ${p.name}`} onClick=${()=>c({rolling:p})} />
              <${R} icon="recall" label=${`${o("removeIncoming")}: ${p.name}`} onClick=${()=>c({removing:p})} />
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>c({editing:{language:z()}})}>${o("newIncoming")}</button>
    </div>
  <//>`}var ho=({on:t,used:e,failed:n,failure:s})=>[!t&&o("incomingOff"),e?o("incomingUsed",{time:W(e)}):o("incomingUnused"),n&&o("incomingFailed",{time:W(n),code:s})].filter(Boolean).join(" · ");function go({model:t,hook:e,close:n,work:s}){let[r,i]=d(bo(e)),[c,l]=d(""),[$,u]=d(""),m=g=>h=>i({...r,[g]:h}),p=H(()=>{u("");let g=tt(u,h=>pt(h)||h.code==="hook_exists");return t.attempt(()=>s(c?{...r,key:c}:r),"",g)}),f=g=>{g.preventDefault(),p()};return a`<${C} title=${e.id?e.name:o("newIncoming")} close=${n}>
    <form class="form" onSubmit=${f}>
      <${nt} model=${t} id=${e.bot??0} name=${r.name} value=${r.picture} change=${m("picture")} />
      <${w} label=${o("incomingName")} problem=${$} value=${r.name} change=${m("name")} required maxlength="64" autocomplete="off" />
      <${L} label=${o("incomingLanguage")} options=${dt} value=${r.language} change=${m("language")} />
      <label class="check">
        <input type="checkbox" checked=${r.callsAll} onChange=${g=>m("callsAll")(g.currentTarget.checked)} />
        <span>${o("incomingCallsAll")}</span>
      </label>
      <${w} label=${o("incomingKey")} hint=${o(e.signed?"incomingKeyKept":"incomingKeyHint")} value=${c} change=${l} maxlength="256" autocomplete="off" />
      <div class="actions"><button class="primary">${o(e.id?"save":"newIncoming")}</button></div>
    </form>
  <//>`}var bo=({name:t="",picture:e="",language:n,callsAll:s=!1})=>({name:t,picture:e,language:n,callsAll:s});function vo({model:t,hook:e,close:n}){let s=()=>t.attempt(()=>navigator.clipboard.writeText(e.url),o("copied")),r=`curl -d '{"text": "${o("incomingWorks")}"}' ${e.url}`;return a`<${C} title=${e.name} close=${n}>
    <p>${o("incomingOnce")}</p>
    <ul class="links">
      <li>
        <input readonly value=${e.url} aria-label=${o("incomingAddress")} onFocus=${i=>i.currentTarget.select()} />
        <${R} icon="copy" label=${o("copy")} onClick=${s} />
      </li>
    </ul>
    <p class="code-line"><code>${r}</code></p>
    <p class="dim">${o("incomingTemplates")}</p>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${o("close")}</button></div>
  <//>`}function Fe({model:t,group:e,close:n}){let[s,r]=d(""),[i,c]=d(new Set),l=G(t,s,p=>p?K(t,p,20):Ee(t)),$=new Set(t.members.get(e.id).map(p=>p.id)),u=p=>t.attempt(async()=>{await t.api.put(`/groups/${e.id}/invitations/${p.id}`),c(new Set([...i,p.id]))},o("invitedDone",{name:t.people.name(p.id)})),m=(l??Ee(t)).filter(p=>!$.has(p.id));return a`<${C} title=${o("invite")} close=${n}>
    <${w} label=${o("partOfName")} type="search" value=${s} change=${r} maxlength="64" autocomplete="off" />
    ${!m.length&&s.trim()&&a`<p class="hint">${o("nobodyFound")}</p>`}
    <ul class="rows">
      ${m.map(p=>a`<${T} key=${p.id} model=${t} person=${p}>
            <button type="button" class="small" disabled=${i.has(p.id)} onClick=${()=>u(p)}>${o("invite")}</button>
          <//>`)}
    </ul>
  <//>`}function Ee(t){let e=t.lists.get("contacts").map(({user:s})=>s.id),n=t.listed.flatMap(({place:s})=>s.user??[]);return[...new Set([...e,...n])].map(s=>t.people.get(s)).filter(s=>s&&!s.deleted)}var ko=168*36e5;function He({model:t,group:e,close:n}){let[s,r]=d(null),i=`/groups/${e.id}/links`,c=async()=>r((await t.api.get(i)).items),l=p=>t.attempt(async()=>{await p(),await c()});x(()=>{l(()=>{})},[]);let $=H(()=>l(()=>t.api.post(i,{expires:t.now()+ko}))),u=p=>`${location.origin}${at}/${k("join",p.code)}`,m=p=>t.attempt(()=>navigator.clipboard.writeText(u(p)),o("copied"));return a`<${C} title=${o("inviteLinks")} close=${n}>
    <p class="dim">${o("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(p=>a`<li key=${p.id}>
            <input readonly value=${u(p)} aria-label=${o("inviteLink")} onFocus=${f=>f.currentTarget.select()} />
            <${R} icon="copy" label=${o("copy")} onClick=${()=>m(p)} />
            <${R} icon="recall" label=${o("revoke")} onClick=${()=>l(()=>t.api.delete(`${i}/${p.id}`))} />
            <small>${[o("used",{count:p.uses}),p.expires&&o("until",{time:W(p.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${$}>${o("newLink")}</button>
    </div>
  <//>`}function Ne({model:t,group:e}){let[n,s]=d({requests:[],invitations:[],bans:[]}),{api:r}=t,i=Kt(0),c=async()=>{let g=++i.current,h=await Promise.all(["requests","invitations","bans"].map(b=>r.all(`/groups/${e.id}/${b}`)));for(let b of h.flat())t.people.know({deleted:!1,...b});g===i.current&&s({requests:h[0],invitations:h[1],bans:h[2]})};x(()=>{c().catch(()=>{})},[e]);let l=g=>t.attempt(async()=>{await g(),await c()}),$=`/groups/${e.id}`,u={requests:g=>a`
      <button type="button" class="primary small" onClick=${()=>l(()=>r.put(`${$}/members/${g.id}`))}>${o("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/requests/${g.id}`))}>${o("reject")}</button>
    `,invitations:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/invitations/${g.id}`))}>${o("takeBack")}</button>
    `,bans:g=>a`
      <button type="button" class="small" onClick=${()=>l(()=>r.delete(`${$}/bans/${g.id}`))}>${o("unban")}</button>
    `},m=new Set(t.members.get(e.id).map(({id:g})=>g)),p={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(n).map(([g,h])=>({name:g,people:h.filter(({id:b})=>!m.has(b))})).map(({name:g,people:h})=>h.length>0&&a`<h2 class="list-head" key=${g}>${o(p[g])}</h2>
        <ul class="rows">
          ${h.map(b=>a`<${T} key=${b.id} model=${t} person=${b}>${u[g](b)}<//>`)}
        </ul>`)}var Ie={owner:0,admin:1,member:2},wo=36e5,yo=10;function Te({model:t,group:e}){let[n,s]=d(""),r=j(n.trim()),i=t.members.isComplete(e.id),c=G(t,n,p=>p&&!i?t.members.find(e.id,p):null),l=t.members.get(e.id),$=r?l.filter(p=>t.people.namesOf(p).some(f=>j(f).includes(r))):l,u=(r&&c?t.members.found(e.id):[]).filter(({id:p})=>!l.some(f=>f.id===p)),m=[...$,...u].sort((p,f)=>Ie[p.role]-Ie[f.role]);return a`
    <h2 class="list-head">${o("membersTitle")}</h2>
    ${e.size>yo&&a`<form class="filter" role="search" onSubmit=${p=>p.preventDefault()}>
        <${M} name="search" />
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
    <${q}
      items=${m}
      row=${p=>a`<${xo} key=${p.id} model=${t} group=${e} member=${p} />`}
    />
    ${!i&&!r&&a`<${et} load=${()=>t.members.more(e.id)} />`}
  `}function xo({model:t,group:e,member:n}){let[s,r]=d(null),[i,c]=d(""),l=X(),$=e.you.role,u=t.lasts(n.muted),p=($==="owner"||$==="admin"&&n.role==="member")&&n.id!==t.state.user,f=`/groups/${e.id}/members/${n.id}`,g=v=>t.attempt(async()=>{await v(),await t.groups.refresh(e.id)}),h=v=>g(()=>t.api.put(`${f}/role`,{role:v})),b=[$==="owner"&&n.role==="member"&&{icon:"person",text:o("makeAdmin"),act:()=>h("admin")},$==="owner"&&n.role==="admin"&&{icon:"person",text:o("makeMember"),act:()=>h("member")},$==="owner"&&{icon:"person",text:o("makeOwner"),act:()=>c("makeOwner")},u?{icon:"bell",text:o("unmuteMember"),act:()=>g(()=>t.api.delete(`${f}/mute`))}:{icon:"mute",text:o("muteHour"),act:()=>g(()=>t.api.put(`${f}/mute`,{until:t.now()+wo}))},!u&&{icon:"mute",text:o("muteMember"),act:()=>g(()=>t.api.put(`${f}/mute`,{}))},{icon:"leave",text:o("removeMember"),act:()=>c("removeMember"),danger:!0},{icon:"block",text:o("ban"),act:()=>c("ban"),danger:!0}],O={makeOwner:()=>h("owner"),removeMember:()=>g(()=>t.api.delete(f)),ban:()=>g(()=>t.api.put(`/groups/${e.id}/bans/${n.id}`))},A=[n.role!=="member"&&o(n.role),u&&o("muted")].filter(Boolean).join(" · "),E=t.people.name(n.id);return a`<${T} model=${t} person=${n} note=${A}>
    ${p&&a`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${o("moreAbout",{name:E})}
        onClick=${()=>r(l.current)}
      >
        <${M} name="more" />
      </button>`}
    ${s&&a`<${$e} anchor=${s} label=${E} close=${()=>r(null)} items=${b} />`}
    ${i&&a`<${_} title=${o(i)} text=${o(`${i}Question`,{name:E})} action=${o(i)} close=${()=>c("")} then=${O[i]} />`}
  <//>`}var Co={by_hand:"hookByHand",gone:"hookGone",failing:"hookFailing",no_rights:"hookNoRights",no_secret:"hookNoSecret"},So={message:"hookMessages",changes:"hookChanges",all:"hookAll"},Oo={message:[...Ft],changes:[...Ft,...ge],all:[]},Re=t=>t.length===0?"all":t.length===1?"message":"changes";function De({off:t,failing:e,tries:n=0}){return t?o(Co[t]??"hookByHand"):e?o("hookFails",{time:W(e),tries:n}):o("hookGood")}var Be=({good:t,status:e,trouble:n=""})=>t?o("hookDelivered"):e??n.split(":")[0];function Tt({model:t,place:e,close:n}){let[s,r]=d(null),[i,c]=d({}),{api:l}=t,$=()=>t.attempt(async()=>r(await l.get(`/hooks/outgoing?${new URLSearchParams(e)}`)));x(()=>{$()},[]);let u=()=>{c({}),$()};return i.secret?a`<${Ao} model=${t} made=${i.secret} close=${u} />`:i.form?a`<${Po} model=${t} place=${e} hook=${i.form} close=${()=>c({})} done=${m=>m.secret?c({secret:m}):u()} />`:i.hook?a`<${Mo} model=${t} id=${i.hook} close=${u} show=${c} />`:a`<${C} title=${o("outgoingHooks")} close=${n} wide>
    <p class="dim">${o("outgoingHooksHint")}</p>
    <ul class="rows">
      ${(s??[]).map(m=>a`<li class="row" key=${m.id}>
            <button type="button" class="row-main plain" onClick=${()=>c({hook:m.id})}>
              <span class="file-sign"><${M} name=${m.on&&!m.failing?"forward":"failed"} /></span>
              <span class="row-text">
                <span class="row-title">${m.name}</span>
                <span class="row-note wrap">${m.url}</span>
                <span class="row-note wrap">${De(m)}</span>
              </span>
            </button>
          </li>`)}
    </ul>
    ${s?.length===0&&a`<p class="hint">${o("noHooks")}</p>`}
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>c({form:{}})}>${o("newHook")}</button>
    </div>
  <//>`}function Po({model:t,place:e,hook:n,close:s,done:r}){let[i,c]=d(n.name??""),[l,$]=d(n.url??""),[u,m]=d(Re(n.kinds??["message"])),[p,f]=d(""),g=o(n.id?"editHook":"newHook"),h=async()=>{let O=n.id&&u===Re(n.kinds)?n.kinds:Oo[u],A={name:i,url:l,kinds:O};r(await(n.id?t.api.patch(`/hooks/outgoing/${n.id}`,A):t.api.post("/hooks/outgoing",{...A,...e})))};return a`<${C} title=${g} close=${s}>
    <form class="form" onSubmit=${O=>{O.preventDefault(),f(""),t.attempt(h,"",tt(f,A=>A.code==="bad_url"||A.code==="not_public"))}}>
      <${w} label=${o("hookName")} value=${i} change=${c} required maxlength="64" autocomplete="off" />
      <${w} label=${o("hookUrl")} hint=${o("hookUrlHint")} problem=${p} value=${l} change=${$} type="url" required maxlength="2048" autocomplete="off" />
      <${L} label=${o("hookSends")} value=${u} change=${m}
        options=${Object.fromEntries(Object.entries(So).map(([O,A])=>[O,o(A)]))} />
      ${!n.id&&a`<p class="dim">${o("hookWarning")}</p>`}
      <div class="actions"><button class="primary">${n.id?o("save"):o("newHook")}</button></div>
    </form>
  <//>`}function Ao({model:t,made:e,close:n}){let s=()=>t.attempt(()=>navigator.clipboard.writeText(e.secret),o("copied"));return a`<${C} title=${e.name} close=${n}>
    <p>${o("hookSecretOnce")}</p>
    <ul class="links">
      <li>
        <input readonly value=${e.secret} aria-label=${o("hookSecret")} onFocus=${r=>r.currentTarget.select()} />
        <${R} icon="copy" label=${o("copy")} onClick=${s} />
      </li>
    </ul>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${o("close")}</button></div>
  <//>`}function Mo({model:t,id:e,close:n,show:s}){let[r,i]=d(null),[c,l]=d([]),[$,u]=d(""),{api:m}=t,p=`/hooks/outgoing/${e}`,f=async()=>{i(await m.get(p)),l(await m.get(`${p}/deliveries`))},g=(v,P="")=>t.attempt(async()=>{await v(),await f()},P);if(x(()=>{g(()=>{})},[e]),!r)return a`<${C} title=${o("outgoingHooks")} close=${n} wide />`;let h=v=>g(()=>m.patch(p,v),o("saved")),b=async v=>{let P=await v;t.toast(o("hookOutcome",{outcome:Be(P)}),P.good?"":"problem")},O=()=>t.attempt(async()=>s({secret:await m.post(`${p}/secret`)})),A=()=>t.attempt(async()=>{await m.delete(p),n()}),E=()=>u("");return $==="remove"?a`<${_} title=${o("removeHook")} text=${o("removeHookQuestion",{name:r.name})} action=${o("removeHook")} close=${E} then=${A} />`:$==="roll"?a`<${_} title=${o("rollHook")} text=${o("rollHookQuestion")} action=${o("rollHook")} close=${E} then=${O} />`:a`<${C} title=${r.name} close=${n} wide>
    <p class="wrap">${r.url}</p>
    <p class="dim" role="status">${De(r)}</p>
    <div class="actions start">
      <button type="button" onClick=${()=>g(()=>b(m.post(`${p}/trial`)))}>${o("tryHook")}</button>
      <button type="button" onClick=${()=>s({form:r})}>${o("edit")}</button>
      <button type="button" onClick=${()=>h({on:!r.on})}>${o(r.on?"hookOff":"hookOn")}</button>
      ${(!r.on||r.failing)&&a`<button type="button" onClick=${()=>h({on:!0,skip:!0})}>${o("hookSkip")}</button>`}
      <button type="button" onClick=${()=>u("roll")}>${o("rollHook")}</button>
      <button type="button" class="danger-text" onClick=${()=>u("remove")}>${o("removeHook")}</button>
    </div>
    <h3 class="list-head">${o("hookDeliveries")}</h3>
    ${c.length===0&&a`<p class="hint">${o("noDeliveries")}</p>`}
    <ul class="rows">
      ${c.map(v=>a`<li class="row" key=${v.position}>
            <span class="row-main">
              <span class="row-text">
                <span class="row-title wrap">${v.kind} · ${Be(v)}</span>
                <span class="row-note wrap">${o("hookTook",{time:W(v.at),took:v.took,tries:v.tries})}</span>
                ${v.answer&&a`<span class="row-note wrap">${v.answer}</span>`}
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" onClick=${()=>g(()=>b(m.post(`${p}/deliveries/${v.position}`)))}>${o("hookAgain")}</button>
            </span>
          </li>`)}
    </ul>
  <//>`}var Eo={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Fo({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,c=t.groups.get(e),l=c?.you.role,$=H(v=>v());if(x(()=>{t.ready&&c&&!c.gone&&t.groups.refresh(e),t.ready&&l&&t.members.load(e).catch(()=>{})},[e,l,t.ready]),!c)return a`<div class="page"><${y} title=${o("group")} back=${k("groups")} /></div>`;if(c.gone)return a`<div class="page">
      <${y} title=${c.name||o("group")} back=${k("groups")} />
      <p class="hint">${o(c.gone)}</p>
    </div>`;let u=(v,P="",S=void 0)=>t.attempt(async()=>{await v(),i.again("groups","invitations","asked"),await t.groups.refresh(e)},P,S),m=()=>s(""),p=()=>N("chats",`group-${e}`),f=()=>u(async()=>{if(!(await t.groups.change(()=>r.post(`/groups/${e}/join`))).you.role){t.toast(o("requestSent"));return}Object.assign(t.conversation(`group-${e}`),{gone:!1,listed:!0,touched:t.now()}),p()}),g=v=>t.attempt(async()=>{await v(),i.again("groups"),N("groups")}),h=l==="owner"?"dissolve":"leave",b=l==="owner"||l==="admin",O=lt(t.me),A=t.lasts(c.muted),E=c.archived===void 0;return a`<div class="page">
    <${y} title=${o("group")} back=${k("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${D} model=${t} id=${e} name=${c.name} picture=${c.picture} kind="group" size="large" />
        <h2>${c.name}</h2>
        <p class="dim">${o(c.size===1?"oneMember":"members",{count:c.size})} · ${o(Eo[c.joinPolicy])}</p>
        ${!E&&a`<p class="dim" role="status">${o("groupArchived")}</p>`}
        ${c.description&&a`<p class="bio"><${vt} text=${c.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&a`<${I} icon="chats" text=${o("message")} kind="primary" act=${p} />`}
        ${l&&E&&!O&&a`<${I} icon="invite" text=${o("invite")} act=${()=>s("invite")} />`}
        ${b&&E&&!O&&a`<${I} icon="link" text=${o("inviteLinks")} act=${()=>s("links")} />`}
        ${b&&E&&a`<${I} icon="forward" text=${o("outgoingHooks")} act=${()=>s("hooks")} />`}
        ${b&&!O&&a`<${I} icon="hook" text=${o("incomingHooks")} act=${()=>s("incoming")} />`}
        ${b&&E&&a`<${I} icon="edit" text=${o("edit")} act=${()=>s("edit")} />`}
        ${b&&E&&a`<${I} icon=${A?"bell":"mute"} text=${o(A?"unmuteGroup":"muteGroup")}
            act=${()=>u(()=>A?r.delete(`/groups/${e}/mute`):r.put(`/groups/${e}/mute`,{}))} />`}
      </div>
      ${!l&&E&&a`<div class="actions center">
          ${c.you.requested&&a`<button type="button" onClick=${()=>u(()=>r.delete(`/groups/${e}/requests/${t.state.user}`))}>${o("takeBack")}</button>`}
          ${!c.you.requested&&(c.joinPolicy!=="invite"||c.you.invitedBy)&&a`<button type="button" class="primary" onClick=${()=>$(f)}>${o(c.joinPolicy==="approval"&&!c.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${b&&a`<${Ne} model=${t} group=${c} />`}
      ${l&&a`<${Te} model=${t} group=${c} />`}
      ${l&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>s(h)}><${M} name=${h==="leave"?"leave":"recall"} />${o(h)}</button>
        </div>`}
    </div>
    ${n==="edit"&&a`<${Ho} model=${t} group=${c} close=${m} act=${u} />`}
    ${n==="invite"&&a`<${Fe} model=${t} group=${c} close=${m} />`}
    ${n==="hooks"&&a`<${Tt} model=${t} place=${{group:e}} close=${m} />`}
    ${n==="links"&&a`<${He} model=${t} group=${c} close=${m} />`}
    ${n==="incoming"&&a`<${Me} model=${t} group=${c} close=${m} />`}
    ${n==="leave"&&a`<${_} title=${o("leave")} text=${o("leaveQuestion",{name:c.name})} action=${o("leave")} close=${m}
        then=${()=>g(()=>r.post(`/groups/${e}/leave`))} />`}
    ${n==="dissolve"&&a`<${_} title=${o("dissolve")} text=${o("dissolveQuestion",{name:c.name})} action=${o("dissolve")} close=${m}
        then=${()=>g(()=>r.delete(`/groups/${e}`))} />`}
  </div>`}function Ho({model:t,group:e,close:n,act:s}){let{name:r,description:i,picture:c,joinPolicy:l}=e,[$,u]=d({name:r,description:i,picture:c,joinPolicy:l}),[m,p]=d(""),f=async()=>{p(""),await s(()=>t.api.patch(`/groups/${e.id}`,$),o("saved"),tt(p,pt))&&n()};return a`<${C} title=${o("editGroup")} close=${n}>
    <${xt} model=${t} id=${e.id} given=${$} change=${u} action=${o("save")} problem=${m} then=${f} />
  <//>`}function No({model:t,selected:e}){let{api:n,lists:s}=t,r=s.get("groups"),i=s.get("invitations"),c=s.get("asked"),l=lt(t.me),$=f=>t.attempt(async()=>{await f(),s.again("groups","invitations","asked")}),u=f=>$(async()=>{await t.groups.change(()=>n.post(`/groups/${f.id}/join`)),N("chats",`group-${f.id}`)}),m=f=>$(()=>n.delete(`/groups/${f.id}/invitations/${t.state.user}`)),p=(f,g)=>a`<${$t} key=${f.id} model=${t} group=${f} selected=${e===String(f.id)} ...${g} />`;return a`
    <${y} title=${o("groups")}>
      ${!l&&a`<a class="icon-button" href=${k("groups","find")} aria-label=${o("findGroups")} title=${o("findGroups")}><${M} name="search" /></a>`}
      ${!l&&a`<a class="icon-button" href=${k("groups","new")} aria-label=${o("newGroup")} title=${o("newGroup")}><${M} name="plus" /></a>`}
    <//>
    ${i.length>0&&a`<h2 class="list-head">${o("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(f=>a`<${$t} key=${f.id} model=${t} group=${f} note=${o("invitedBy",{name:t.people.name(f.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(f)}>${o("join")}</button>
            <button type="button" class="small" onClick=${()=>m(f)}>${o("decline")}</button>
          <//>`)}
    </ul>
    ${c.length>0&&a`<h2 class="list-head">${o("asked")}</h2>`}
    <ul class="rows">${c.map(f=>p(f,{note:o("waitingForAnswer")}))}</ul>
    ${(i.length>0||c.length>0)&&a`<h2 class="list-head">${o("groups")}</h2>`}
    ${!r.length&&a`<${F} icon="groups" text=${o(l?"guestHint":"noGroups")}>
        ${!l&&a`<a class="button" href=${k("groups","find")}>${o("findGroups")}</a>`}
        ${!l&&a`<a class="button" href=${k("groups","new")}>${o("newGroup")}</a>`}
      <//>`}
    <${q} items=${r} row=${f=>p(f,{})} />
  `}function Io({model:t,code:e}){let[n,s]=d(e),r=H(()=>t.attempt(async()=>{let c=await t.groups.change(()=>t.api.post("/me/groups",{code:n.trim()}));t.lists.again("groups","invitations");let l=t.conversation(`group-${c.id}`);Object.assign(l,{gone:!1,listed:!0,touched:t.now()}),N("chats",l.name)})),i=c=>{c.preventDefault(),r()};return a`<div class="page">
    <${y} title=${o("joinByLink")} back=${k("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${i}>
        <p>${o("joinByLinkHint")}</p>
        <${w} label=${o("inviteCode")} value=${n} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${o("join")}</button></div>
      </form>
    </div>
  </div>`}var To=[["keySwitch",V,"K"],["keyNextUnread","Alt","Shift","↓"],["keyPreviousUnread","Alt","Shift","↑"],["keySearch",V,"Shift","F"],["keyEditLast","↑"],["keyReplyLast",V,"↑"],["keyReplyTo","R"],["keyActions","Enter"],["keyNewLine","Shift","Enter"],["format_bold",V,"B"],["format_italic",V,"I"],["format_strike",V,"Shift","X"],["format_code",V,"E"],["format_link",V,"Shift","U"],["keyEscape","Esc"],["keyHelp",V,"/"]];function Ro({close:t}){return a`<${C} title=${o("keys")} close=${t}>
    <dl class="keys">
      ${To.map(([e,...n])=>a`<div key=${e}>
            <dt>${o(e)}</dt>
            <dd>${n.map((s,r)=>a`${r>0&&" + "}<kbd>${s}</kbd>`)}</dd>
          </div>`)}
    </dl>
  <//>`}function Bo({model:t,id:e}){let[n,s]=d(""),r=async()=>{s("");try{let{conversation:i}=await t.api.get(`/messages/${e}`);location.replace(k("chats",i,e))}catch(i){s(["no_such_message","invalid_field"].includes(i.code)?o("noSuchMessage"):B(i))}};return x(()=>{t.ready&&r()},[t.ready]),a`<div class="page">
    <${y} title=${o("aMessage")} back=${k("chats")} />
    <div class="page-body">
      ${n?a`<div role="alert"><${F} icon="link" text=${n} /></div>`:a`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}
    </div>
  </div>`}function Do({model:t}){let{mentions:e}=t;return x(()=>{e.again(),t.changed()},[]),a`
    <${y} title=${o("mentions")} back=${k("chats")} />
    <ul class="rows">
      ${e.items.map(n=>a`<${kt} key=${n.message.id} model=${t} found=${n} />`)}
    </ul>
    ${e.complete&&!e.items.length&&a`<${F} icon="at" text=${o("noMentions")} />`}
    ${!e.complete&&t.away&&!e.items.length&&a`<${ct} model=${t} />`}
    ${t.ready&&!e.complete&&!t.away&&a`<${et} key=${e.next} load=${()=>e.more()} />`}
  `}function zo({model:t}){let[e,n]=d(""),s=G(t,e,u=>K(t,u,50)),r=j(e.trim()),i=t.lists.get("contacts").map(({user:u})=>u),c=i.filter(u=>t.people.namesOf(u).some(m=>j(m).includes(r))),l=(s??[]).filter(({id:u})=>!i.some(m=>m.id===u)),$=u=>a`<ul class="rows">
      ${u.map(m=>a`<${T} key=${m.id} model=${t} person=${m} note=${gt(m)} href=${k("chats",`user-${m.id}`)} />`)}
    </ul>`;return a`<div class="page">
    <${y} title=${o("newChat")} back=${k("chats")} />
    <div class="page-body">
      <${w} label=${o("partOfName")} type="search" value=${e} change=${n} maxlength="64" autocomplete="off" />
      ${c.length>0&&a`<h2 class="list-head">${o("contacts")}</h2>${$(c)}`}
      ${c.length>0&&l.length>0&&a`<h2 class="list-head">${o("otherPeople")}</h2>`}
      ${$(l)}
      ${s&&!c.length&&!l.length&&a`<${F} icon="search" text=${o("nobodyFound")} />`}
    </div>
  </div>`}var Lo="hichat.devices",ze=({state:t})=>`${Lo}.${t.user}.${t.made}`;function Ct(t,e){localStorage.setItem(ze(t),String(e))}async function Le(t){let e=t.me?.newestDevice;if(!e)return[];let n=localStorage.getItem(ze(t));if((n===null||Number(n)>e)&&Ct(t,e),n===null||Number(n)>=e)return[];let r=(await t.api.all("/me/sessions")).filter(({id:i,current:c,loggedIn:l})=>i>Number(n)&&!c&&l);return r.length||Ct(t,e),r}function jo({model:t}){let[e,n]=d([]),s=t.me?.newestDevice??0;x(()=>{let l=!1;return Le(t).then($=>l||n($)).catch(()=>{}),()=>l=!0},[s]);let[r]=e,i=()=>{Ct(t,r.id),n(e.slice(1))},c=async()=>{let l=()=>t.api.delete(`/me/sessions/${r.id}`).catch($=>{if($.code!=="no_such_device")throw $});await t.attempt(l,o("deviceRefused"))&&(i(),N("settings","account"))};return a`<div class=${r?"trouble":""} role="status">
    ${r&&a`<span>${o("newDevice",{name:r.name,time:W(r.created),address:r.address||o("addressUnknown")})}</span>
        <button type="button" class="small" onClick=${i}>${o("itWasMe")}</button>
        <button type="button" class="small danger-text" onClick=${c}>${o("itWasNotMe")}</button>`}
  </div>`}function _o({model:t,code:e}){let[n,s]=d(""),[r,i]=d(""),[c,l]=d(""),$=H(async u=>{u.preventDefault(),i(""),l("");try{await ot("POST","/v2/passwords",{body:{code:e,password:n},language:z()}),t.toast(o("passwordSet")),N("chats")}catch(m){(Zt(m)?l:i)(B(m))}});return a`<main class="entry">
    <form class="card" onSubmit=${$}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <${Z}>${o("setPassword")}<//>
      <${Qt} label=${o("password")} problem=${c} value=${n} change=${s} />
      ${r&&a`<p class="problem" role="alert">${r}</p>`}
      <button type="submit" class="primary">${o("setPassword")}</button>
      <a href="#/">${o("logIn")}</a>
    </form>
  </main>`}function Go({model:t}){let[e,n]=d({name:"",description:"",picture:"",joinPolicy:"open"}),[s,r]=d(""),i=()=>{r("");let c=async()=>{let l=await t.groups.change(()=>t.api.post("/groups",e));t.lists.again("groups");let $=t.conversation(`group-${l.id}`);Object.assign($,{gone:!1,listed:!0,touched:t.now()}),N("chats",$.name)};return t.attempt(c,"",tt(r,pt))};return a`<div class="page">
    <${y} title=${o("newGroup")} back=${k("groups")} />
    <div class="page-body">
      <${xt} model=${t} given=${e} change=${n} action=${o("makeGroup")} problem=${s} then=${i} />
    </div>
  </div>`}function Uo({model:t}){let[,e]=d(0),n=()=>e(c=>c+1),s=async c=>{await ye(c==="on")||t.toast(o("noticesRefused"),"problem"),n()},r=c=>l=>{c(l==="on"),n(),t.changed()},i=(c,l,$)=>a`<${L} label=${c} options=${{on:o("on"),off:o("off")}} value=${l?"on":"off"} change=${$} />`;return a`<div class="page">
    <${y} title=${o("notices")} back=${k("settings")} />
    <div class="page-body form">
      <p class="dim">${o(wt()?"noticesHint":"noticesImpossible")}</p>
      ${wt()&&i(o("notices"),be(),s)}
      ${wt()&&i(o("noticesText"),ke(),r(Ce))}
      ${i(o("sounds"),ve(),r(xe))}
      ${i(o("badge"),we(),r(Se))}
    </div>
  </div>`}var Wo="1000";function Rt({model:t,what:e,close:n}){let[s,r]=d(""),[i,c]=d(""),[l,$]=d(""),[u,m]=d(!1),p=async f=>{if(f.preventDefault(),!s)return $(o("reportReasonNeeded"));m(!0),$("");try{await t.api.post("/reports",{...e,reason:s,text:i.trim()}),t.toast(o("reported")),n()}catch(g){$(B(g)),m(!1)}};return a`<${C} title=${o(e.message?"reportMessage":"reportPerson")} close=${n}>
    <form onSubmit=${p}>
      <p class="dim">${o(e.message?"reportMessageHint":"reportPersonHint")}</p>
      <${L} label=${o("reportReason")} options=${te()} value=${s} change=${r} />
      <${w} label=${o("reportText")} value=${i} change=${c} rows="3" maxlength=${Wo} />
      ${l&&a`<p class="problem" role="alert">${l}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${o("cancel")}</button>
        <button class="primary" disabled=${u}>${o("report")}</button>
      </div>
    </form>
  <//>`}function qo({model:t,id:e}){let[n,s]=d(""),{api:r,lists:i}=t,c=t.people.get(e);if(x(()=>{t.ready&&r.get(`/users/${e}`).then(h=>t.people.know(de(h))).then(t.changed,()=>{})},[e,t.ready]),!c)return a`<div class="page"><${y} title="" back=${k("contacts")} /></div>`;let l=t.people.name(e),$=e===t.state.user,m=Object.fromEntries(["contacts","received","sent","blocks"].map(h=>[h,i.has(h,e)])),p=i.get("received").find(({user:h})=>h.id===e)?.greeting,f=(h,b="")=>t.attempt(async()=>{await h(),i.again("contacts","received","sent","blocks")},b),g=()=>s("");return a`<div class="page">
    <${y} title=${o("profile")} back=${k("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${D} model=${t} id=${e} name=${l} picture=${c.avatar} online=${t.online.has(e)} size="large" />
        <h2>${l}<${ie} of=${c} /></h2>
        ${t.people.namesOf(c).filter(h=>h!==l).map(h=>a`<p key=${h} class="dim" dir="auto">${h}</p>`)}
        ${ne(c)&&a`<p class="away-note">${se(c)}</p>`}
        ${c.gender&&a`<p class="dim">${c.gender}</p>`}
        ${c.bio&&a`<p class="bio"><${vt} text=${c.bio} /></p>`}
        ${p&&a`<p class="greeting">${p}</p>`}
      </div>
      ${$?a`<div class="actions center"><a class="button" href=${k("settings","profile")}>${o("editProfile")}</a></div>`:!c.deleted&&a`<div class="tiles">
              <${I} icon="chats" text=${o("message")} kind="primary" act=${()=>N("chats",`user-${e}`)} />
              ${m.received&&a`<${I} icon="check" text=${o("accept")} act=${()=>f(()=>r.put(`/contacts/${e}`),o("accepted",{name:l}))} />`}
              ${m.received&&a`<${I} icon="close" text=${o("reject")} act=${()=>f(()=>r.delete(`/contact-requests/received/${e}`))} />`}
              ${m.sent&&a`<${I} icon="close" text=${o("takeBack")} act=${()=>f(()=>r.delete(`/contact-requests/sent/${e}`))} />`}
              ${!m.contacts&&!m.received&&!m.sent&&!m.blocks&&a`<${I} icon="invite" text=${o("addContact")} act=${()=>s("ask")} />`}
              ${m.contacts&&a`<${I} icon="edit" text=${o("setRemark")} act=${()=>s("remark")} />`}
              ${m.contacts&&a`<${I} icon="leave" text=${o("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${m.blocks?a`<${I} icon="check" text=${o("unblock")} act=${()=>f(()=>r.delete(`/blocks/${e}`))} />`:a`<${I} icon="block" text=${o("block")} kind="danger-text" act=${()=>s("block")} />`}
              <${I} icon="flag" text=${o("report")} kind="danger-text" act=${()=>s("report")} />
            </div>`}
    </div>
    ${n==="report"&&a`<${Rt} model=${t} what=${{user:e}} close=${g} />`}
    ${n==="ask"&&a`<${je} title=${o("addContact")} label=${o("greeting")} action=${o("sendRequest")} limit="255" close=${g}
        then=${h=>f(()=>r.put(`/contact-requests/sent/${e}`,h?{greeting:h}:{}),o("requestSent"))} />`}
    ${n==="remark"&&a`<${je} title=${o("setRemark")} label=${o("remark")} action=${o("save")} limit="64" close=${g}
        first=${t.people.remarks.get(e)??""} then=${h=>f(()=>r.patch(`/contacts/${e}`,{remark:h}))} />`}
    ${n==="remove"&&a`<${_} title=${o("removeContact")} text=${o("removeContactQuestion",{name:l})} action=${o("removeContact")}
        close=${g} then=${()=>f(()=>r.delete(`/contacts/${e}`))} />`}
    ${n==="block"&&a`<${_} title=${o("block")} text=${o("blockQuestion",{name:l})} action=${o("block")}
        close=${g} then=${()=>f(()=>r.put(`/blocks/${e}`))} />`}
  </div>`}function je({title:t,label:e,action:n,limit:s,first:r="",close:i,then:c,...l}){let[$,u]=d(r);return a`<${C} title=${t} close=${i}>
    <form onSubmit=${p=>{p.preventDefault(),i(),c($.trim())}}>
      <${w} label=${e} value=${$} change=${u} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${o("cancel")}</button>
        <button class="primary">${n}</button>
      </div>
    </form>
  <//>`}var Ko=10;function Yo({model:t,conversation:e,files:n,close:s}){let[r,i]=d(()=>n.map((v,P)=>({key:P,file:v,text:""}))),[c,l]=d(!0),[$,u]=d(""),m=r.length>1&&r.length<=Ko,p=m&&c,f=r.filter(({file:v})=>!t.media.problemWith(v)),g=(v,P)=>i(r.with(v,{...r[v],text:P})),h=v=>r.length>1?i(r.toSpliced(v,1)):s(),b=v=>i(r.with(v-1,r[v]).with(v,r[v-1])),O=v=>{if(v.preventDefault(),!f.length)return;let P=e.draft.replyTo?.id;if(P&&e.draft.cancel(),p)t.media.send(e,f.map(({file:S})=>S),{text:$,replyTo:P});else for(let{file:S,text:U}of f)t.media.send(e,S,{text:U,replyTo:P}),P=void 0;s()},A=r.length===1,E=o(Nt(r[0].file)==="picture"?"sendPicture":"sendFile");return a`<${C} title=${A?E:o("sendFiles",{count:r.length})} close=${s}>
    <form onSubmit=${O}>
      ${r.map(({key:v,file:P,text:S},U)=>a`<${Vo} key=${v} model=${t} file=${P} text=${S} change=${p?null:Y=>g(U,Y)}>
            ${U>0&&a`<${R} icon="up" label=${o("earlier",{name:P.name})} onClick=${()=>b(U)} />`}
            ${!A&&a`<${R} icon="close" label=${o("removeFile",{name:P.name})} onClick=${()=>h(U)} />`}
          <//>`)}
      <div class="preview-foot">
        ${m&&a`<label class="check"><input type="checkbox" checked=${c} onChange=${()=>l(!c)} />${o("asOneMessage")}</label>`}
        ${p&&a`<${w} label=${o("caption")} value=${$} change=${u} maxlength="2000" />`}
        <div class="actions">
          <button type="button" onClick=${s}>${o("cancel")}</button>
          ${f.length>0&&a`<button class="primary">${o("send")}</button>`}
        </div>
      </div>
    </form>
  <//>`}function Vo({model:t,file:e,text:n,change:s,children:r}){let[i,c]=d(""),[l,$]=d(e.type.startsWith("video/")),u=Nt(e),m=t.media.problemWith(e);return x(()=>{let p=URL.createObjectURL(e);return c(p),()=>URL.revokeObjectURL(p)},[e]),a`<div class="preview-item">
    ${u==="picture"&&i&&a`<img class="picture-preview" src=${i} alt=${e.name} />`}
    ${l&&i&&a`<video controls playsinline src=${i} aria-label=${e.name} onError=${()=>$(!1)}></video>`}
    ${u==="audio"&&i&&a`<audio controls src=${i} aria-label=${e.name}></audio>`}
    <p class="file">
      <span class="file-sign"><${M} name="file" /></span>
      <span class="file-name" dir="auto">${e.name}</span><span class="dim">${Jt(e.size)}</span>${r}
    </p>
    ${m?a`<p class="problem" role="alert">${m}</p>`:s&&a`<${w} label=${o("caption")} value=${n} change=${s} maxlength="2000" />`}
  </div>`}function Xo({model:t}){return t.me?a`<div class="page">
    <${y} title=${o("profile")} back=${k("settings")} />
    <div class="page-body"><${Jo} model=${t} /></div>
  </div>`:null}function Jo({model:t}){let[e,n]=d(t.me),[s,r]=d(t.me);x(()=>{let m=p=>f=>[f,p[f]===s[f]?t.me[f]:p[f]];n(p=>Object.fromEntries(Object.keys(t.me).map(m(p)))),r(t.me)},[t.me]);let i=m=>p=>n({...e,[m]:p}),[c,l]=d({}),$=m=>{m.preventDefault();let f=Object.fromEntries(["displayName","name","gender","bio","phone","email"].filter(g=>e[g]!==t.me[g]).map(g=>[g,e[g]]));t.attempt(async()=>{let g=await Qo(t,f);t.people.know(t.me),n({...t.me,...Object.fromEntries(Object.keys(g).map(h=>[h,e[h]]))}),l(g),Object.keys(g).length||t.toast(o("saved"))})},u=m=>t.attempt(async()=>{t.me=await t.api.patch("/me",{avatar:m}),t.people.know(t.me),n(p=>({...p,avatar:t.me.avatar}))},o("saved"));return a`<form class="form" onSubmit=${$}>
    <${nt} model=${t} id=${t.state.user} name=${e.displayName} value=${e.avatar} change=${u} />
    <${w} label=${o("displayName")} hint=${o("displayNameHint")} value=${e.displayName} change=${i("displayName")} problem=${c.displayName} maxlength="64" autocomplete="nickname" />
    <${w} label=${o("bio")} value=${e.bio} change=${i("bio")} problem=${c.bio} rows="3" maxlength="1024" />
    <${w} label=${o("gender")} value=${e.gender} change=${i("gender")} problem=${c.gender} maxlength="16" autocomplete="off" />
    <${w} label=${o("loginName")} hint=${o("loginNameHint")} value=${e.name} change=${i("name")} problem=${c.name} required maxlength="64" autocomplete="username" />
    <h2>${o("onlyYouSee")}</h2>
    <${w} label=${o("phone")} value=${e.phone} change=${i("phone")} problem=${c.phone} type="tel" maxlength="32" autocomplete="tel" />
    <${w} label=${o("email")} value=${e.email} change=${i("email")} problem=${c.email} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${o("save")}</button></div>
  </form>`}async function Qo(t,e){let n={};for(;Object.keys(e).length;)try{t.me=await t.api.patch("/me",e);break}catch(s){let{field:r}=s;if(!(r in e))throw s;n[r]=B(s),delete e[r]}return n}var St=class{people={read:[],received:[],none:[]};counts=null;next=null;refused=null;constructor(e,n,s){this.model=e,this.path=`/groups/${n}/messages/${s}/readers?limit=100`}get complete(){return this.next===""||this.refused!==null}get nobody(){return this.counts!==null&&Object.values(this.counts).every(e=>e===0)}more=async()=>{let e=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",n;try{n=await this.model.api.get(this.path+e)}catch(s){if(s.code==="offline")throw s;this.refused=s;return}for(let s of n.items)this.#t(s);this.counts={read:n.read,received:n.received,none:n.none},this.next=n.next??""};#t({state:e,...n}){this.model.people.know({deleted:!1,...n});for(let s of Object.values(this.people))if(s.includes(n.id))return;this.people[e].push(n.id)}};var Zo={read:"read",received:"delivered",none:"notDelivered"};function tn({model:t,conversation:e,message:n,close:s}){let[r]=d(e.others.size===0),[,i]=d(0),[c]=d(()=>new St(t,e.place.group??0,n.id)),l=()=>c.more().finally(()=>i(f=>f+1)),$=e.readersOf(n),u=r?c.people:{read:$.read,received:$.received,none:$.neither},m=f=>a`<${T} key=${f} model=${t} person=${t.people.get(f)??{id:f}} />`,p=([f,g])=>{let h=(r?c.counts?.[f]:u[f].length)??0;return h>0&&a`<h3 class="list-head" key=${`${f} head`}>${o(g)} · ${h}</h3>
        <${q} key=${f} items=${u[f]} row=${m} />`};return a`<${C} title=${o("readers")} close=${s}>
    ${Object.entries(Zo).map(p)} ${r&&!c.complete&&a`<${et} load=${l} />`}
    ${c.refused&&a`<p role="alert">${B(c.refused)}</p>`}
    ${(r?c.nobody:!Object.values(u).flat().length)&&a`<p>${o("nobodyToRead")}</p>`}
  <//>`}var en=50;function on({model:t}){let[e,n]=d(null),[s,r]=d(""),i=async($="")=>{let u=await t.api.get(`/saved?limit=${en}${$&&`&cursor=${encodeURIComponent($)}`}`);n($?m=>[...m??[],...u.items]:u.items),r(u.next??"")},c=ht(t,i,[t.kept.version]),l=$=>t.kept.save($,!1,o("unsaved"));return a`<div class="page">
    <${y} title=${o("savedMessages")} back=${k("chats")} stays />
    <div class="page-body">
      ${!e&&a`<${ct} model=${t} away=${c} />`}
      ${e&&!e.length&&!s&&a`<${F} icon="save" text=${o("nothingSaved")} />`}
      <ul class="rows">
        ${(e??[]).map($=>a`<${nn} key=${$.message.id} model=${t} saved=${$} remove=${l} />`)}
      </ul>
      ${s&&a`<${et} key=${s} load=${()=>i(s)} />`}
    </div>
  </div>`}function nn({model:t,saved:{message:e,conversation:n},remove:s}){let r=t.conversation(n),i=t.titleOf(r);return a`<li class="row">
    <a class="row-main" href=${k("chats",n,e.id)}>
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
          <time class="row-time">${W(e.time)}</time>
        </span>
        <span class="row-note wrap" dir="auto">${t.people.author(e)}: ${t.describe(e).slice(0,400)}</span>
      </span>
    </a>
    <span class="row-actions"><${R} icon="close" label=${o("unsave")} onClick=${()=>s(e.id)} /></span>
  </li>`}var sn=200;function _e({model:t,within:e,search:n,change:s}){let r=ft(),{sender:i,media:c,since:l,until:$}=n,u={"":o("anyKind"),picture:o("pictures"),audio:o("voiceMessages"),file:o("files")},m=Xt(t.now());return a`<details class="filters" open=${!!(i||c||l||$)}>
    <summary>${o("filters")}</summary>
    <div class="filter-fields">
      <${w} label=${o("sender")} value=${i} change=${p=>s({sender:p})} list=${r} maxlength="64" autocomplete="off" />
      <datalist id=${r}>${Ue(t,e).slice(0,sn).map(({id:p,name:f})=>a`<option key=${p} value=${f}></option>`)}</datalist>
      <${w} label=${o("sinceDay")} type="date" value=${l} max=${m} change=${p=>s({since:p})} />
      <${w} label=${o("untilDay")} type="date" value=${$} max=${m} change=${p=>s({until:p})} />
      <${L} label=${o("kind")} options=${u} value=${c} change=${p=>s({media:p})} />
    </div>
  </details>`}var Bt=({words:t,sender:e,media:n})=>!!(t.trim()||e.trim()||n);async function Ge(t,e,{words:n,sender:s,media:r,since:i,until:c}){let l={};if(n.trim()&&(l.q=n.trim()),r&&(l.media=r),i&&(l.after=String(Math.max(0,At(i)))),c&&(l.before=String(Math.max(0,At(c,1)))),!s.trim())return l;let $=await rn(t,e,s.trim());return $&&{...l,sender:String($)}}async function rn(t,e,n){let s=j(n),r=i=>{let c=i.flatMap(({id:l,name:$})=>[$,...t.people.namesOf({id:l})].map(u=>({id:l,name:j(u)})));return(c.find(({name:l})=>l===s)??c.find(({name:l})=>l.startsWith(s)))?.id};return r(Ue(t,e))??r((await K(t,n,20)).map(({id:i})=>({id:i,name:t.people.name(i)})))}function Ue(t,e){let{user:n,group:s}=e?t.conversation(e).place:{user:void 0,group:void 0},r=e?[]:[...t.lists.get("contacts").map(l=>l.user.id),...t.all.map(({place:l})=>l.user)],i=n!==void 0?[n]:s!==void 0?t.members.get(s).map(({id:l})=>l):r,c=[...new Set(i.filter(l=>l!==void 0&&l!==t.state.user))];return[{id:t.state.user,name:o("you")},...c.map(l=>({id:l,name:t.people.name(l)}))]}var Dt={words:"",sender:"",media:"",since:"",until:""};function an({model:t,within:e,given:n}){let s=t.searches.get(e),[r,i]=d(n&&n!==s?.search.words.trim()?{...Dt,words:n}:s?.search??Dt),[c,l]=d(s?.search===r?s:{search:r,items:null,next:"",query:""}),[$,u]=d(""),[m,p]=d(!1),f=X(),g=X(),h=e?t.conversation(e).place:{},{items:b,next:O}=c,A=async(S,U,Y="")=>{p(!0),await t.attempt(async()=>{let rt=await t.api.get(`/search?${U}${Y&&`&cursor=${encodeURIComponent(Y)}`}`),mt=Y?[...b,...rt.items]:rt.items,it={search:S,query:U,items:mt,next:rt.next??"",scroll:f.current?.scrollTop??0};t.searches.set(e,it),l(it)}),p(!1)},E=async(S=r)=>{if(u(""),!Bt(S))return u(o("searchNeeds"));let U=S.words.trim();history.replaceState(history.state,"",k("search",e,...U?[U]:[]));let Y=new URLSearchParams({limit:"30"});e==="announcements"&&Y.set("announcements","true");for(let[mt,it]of Object.entries(h))Y.set(mt,String(it));let rt=await Ge(t,e,S).catch(()=>null);if(!rt)return u(o("nobodyFound"));for(let[mt,it]of Object.entries(rt))Y.set(mt,it);return A(S,Y.toString())};x(()=>{t.ready&&!b&&Bt(r)&&E(),t.ready&&h.group!==void 0&&t.members.load(h.group).catch(()=>{})},[t.ready]),x(()=>{if(!n||n===r.words.trim())return;let S={...Dt,words:n};i(S),E(S)},[n]),qt(()=>{f.current.scrollTop=s?.scroll??0,r.words||g.current.focus()},[]);let v=S=>{S.preventDefault(),E()};return a`<div class="page" ref=${f} onScroll=${()=>{let S=t.searches.get(e);S&&(S.scroll=f.current.scrollTop)}}>
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
            onInput=${S=>i({...r,words:S.currentTarget.value})}
          />
          <button class="primary">${o("search")}</button>
        </div>
        <${_e} model=${t} within=${e} search=${r} change=${S=>i({...r,...S})} />
      </form>
      ${$&&a`<p class="problem" role="alert">${$}</p>`}
      ${b&&!b.length&&!O&&!m&&a`<${F} icon="search" text=${o("nothingFound")} />`}
      <ul class="rows">
        ${(b??[]).map(S=>a`<${kt} key=${S.message.id} model=${t} found=${S} />`)}
      </ul>
      ${m&&a`<div class="spinner small" role="status"><span class="hidden">${o("loading")}</span></div>`}
      ${O&&!m&&a`<div class="actions center"><button type="button" onClick=${()=>A(c.search,c.query,O)}>${o("more")}</button></div>`}
    </div>
  </div>`}var cn=({model:t,step:e,again:n})=>a`<${e.enrols?pn:ln} model=${t} step=${e} again=${n} />`;function ln({model:t,step:e,again:n}){let{ticket:s,factors:r}=e,i=r.filter(v=>v!=="passkey"),[c,l]=d(i[0]),[$,u]=d(""),[m,p]=d(!1),[f,g]=d(""),h=async v=>{g("");try{await v()}catch(P){g(B(P))}},b=v=>t.link.ask("showFactor",{ticket:s,remember:m,...v},z()),O=H(v=>(v.preventDefault(),h(()=>b({[c]:$})))),A=H(()=>h(async()=>{let{state:v,options:P}=await ot("POST","/session/passkey/begin",{body:{ticket:s},language:z()});await b({passkey:{state:v,credential:await oe(P)}})})),E=()=>{l(i.find(v=>v!==c)),u(""),g("")};return a`<form class="card" onSubmit=${O}>
    <${Z}>${o("secondStep")}<//>
    ${c==="totp"&&a`<${Mt} hint=${o("appCodeHint")} value=${$} change=${u} />`}
    ${c==="recovery"&&a`<${w} label=${o("recoveryCode")} hint=${o("recoveryCodeHint")} value=${$} change=${u} autocomplete="off" autocapitalize="none" spellcheck=${!1} required maxlength="64" />`}
    <label class="check"><input type="checkbox" checked=${m} onChange=${()=>p(!m)} /><span>${o("rememberDevice")}</span></label>
    ${f&&a`<p class="problem" role="alert">${f}</p>`}
    ${c&&a`<button class="primary">${o("logIn")}</button>`}
    ${r.includes("passkey")&&ee()&&a`<button type="button" onClick=${A}>${o("withPasskey")}</button>`}
    ${i.length>1&&a`<button type="button" class="plain" onClick=${E}>${o(c==="totp"?"useRecoveryCode":"useAppCode")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}function pn({model:t,step:e,again:n}){let{ticket:s}=e,[r,i]=d(null),[c,l]=d(""),[$,u]=d(null),[m,p]=d("");x(()=>{ot("POST","/session/enrol",{body:{ticket:s},language:z()}).then(i,b=>p(B(b)))},[s]);let f=H(async h=>{h.preventDefault(),p("");try{u(await t.link.ask("confirmApp",s,c,z()))}catch(b){p(B(b))}}),g=H(h=>(h.preventDefault(),t.link.ask("goOn").catch(b=>p(B(b)))));return $?a`<form class="card" onSubmit=${g}>
      <${Z} key="codes">${o("recoveryCodes")}<//>
      <${le} model=${t} codes=${$} />
      ${m&&a`<p class="problem" role="alert">${m}</p>`}
      <button class="primary">${o("codesKept")}</button>
    </form>`:a`<form class="card" onSubmit=${f}>
    <${Z} key="app">${o("setUpApp")}<//>
    <p>${o("roleNeedsFactor")}</p>
    ${r&&a`<${ce} told=${r} /><${Mt} hint=${o("appCodeNewHint")} value=${c} change=${l} />`}
    ${m&&a`<p class="problem" role="alert">${m}</p>`}
    ${r&&a`<button class="primary">${o("logIn")}</button>`}
    <button type="button" class="plain" onClick=${n}>${o("back")}</button>
  </form>`}var mn=[["profile","person"],["account","lock"],["security","device"],["notices","bell"],["appearance","look"],["blocked","block"],["bots","bot"]];function $n({model:t,selected:e}){let n=async()=>{await t.attempt(()=>t.link.ask("logOut"))&&(location.hash="")};return a`
    <${y} title=${o("settings")} />
    ${t.me&&a`<div class="portrait small">
        <${D} model=${t} id=${t.state.user} name=${t.me.displayName} picture=${t.me.avatar} size="large" />
        <h2>${t.me.displayName}<${re} of=${t.me} /></h2>
      </div>`}
    <ul class="rows">
      ${mn.map(([s,r])=>a`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${k("settings",s)} aria-current=${e===s?"page":void 0}>
              <${M} name=${r} />${o(s)}
            </a>
          </li>`)}
      ${matchMedia("(hover: hover)").matches&&a`<li class="row">
          <button type="button" class="row-main setting" onClick=${()=>t.open("keys")}><${M} name="keyboard" />${o("keys")}</button>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${k("chats","announcements")}><${M} name="megaphone" />${o("announcements")}</a>
      </li>
      ${ae(t.me,"moderator")&&a`<li class="row">
          <a class="row-main setting" href=${k("admin")}><${M} name="lock" />${o("administration")}</a>
        </li>`}
      <li class="row">
        <a class="row-main setting" href=${`${at}/docs/web-client${z()==="zh"?".zh":""}`} target="_blank" rel="noreferrer"><${M} name="info" />${o("help")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${n}><${M} name="leave" />${o("logOut")}</button>
      </li>
    </ul>
  `}var st=(t=>(t[t.Border=-1]="Border",t[t.Data=0]="Data",t[t.Function=1]="Function",t[t.Position=2]="Position",t[t.Timing=3]="Timing",t[t.Alignment=4]="Alignment",t))(st||{}),un=[0,1],qe=[1,0],Ke=[2,3],Ye=[3,2],fn={L:un,M:qe,Q:Ke,H:Ye},dn=/^\d*$/,hn=/^[A-Z0-9 $%*+./:-]*$/,zt="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",Gt=1,Ut=40,We=3,gn=3,Ot=40,bn=10,Ve=[[-1,7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],[-1,13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],[-1,17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30]],Xe=[[-1,1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],[-1,1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],[-1,1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],[-1,1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81]],Lt=class{constructor(e,n,s,r){if(this.version=e,this.ecc=n,e<Gt||e>Ut)throw new RangeError("Version value out of range");if(r<-1||r>7)throw new RangeError("Mask value out of range");this.size=e*4+17;let i=Array.from({length:this.size}).fill(!1);for(let l=0;l<this.size;l++)this.modules.push(i.slice()),this.types.push(i.map(()=>0));this.drawFunctionPatterns();let c=this.addEccAndInterleave(s);if(this.drawCodewords(c),r===-1){let l=1e9;for(let $=0;$<8;$++){this.applyMask($),this.drawFormatBits($);let u=this.getPenaltyScore();u<l&&(r=$,l=u),this.applyMask($)}}this.mask=r,this.applyMask(r),this.drawFormatBits(r)}size;mask;modules=[];types=[];getModule(e,n){return e>=0&&e<this.size&&n>=0&&n<this.size&&this.modules[n][e]}drawFunctionPatterns(){for(let s=0;s<this.size;s++)this.setFunctionModule(6,s,s%2===0,st.Timing),this.setFunctionModule(s,6,s%2===0,st.Timing);this.drawFinderPattern(3,3),this.drawFinderPattern(this.size-4,3),this.drawFinderPattern(3,this.size-4);let e=this.getAlignmentPatternPositions(),n=e.length;for(let s=0;s<n;s++)for(let r=0;r<n;r++)s===0&&r===0||s===0&&r===n-1||s===n-1&&r===0||this.drawAlignmentPattern(e[s],e[r]);this.drawFormatBits(0),this.drawVersion()}drawFormatBits(e){let n=this.ecc[1]<<3|e,s=n;for(let i=0;i<10;i++)s=s<<1^(s>>>9)*1335;let r=(n<<10|s)^21522;for(let i=0;i<=5;i++)this.setFunctionModule(8,i,J(r,i));this.setFunctionModule(8,7,J(r,6)),this.setFunctionModule(8,8,J(r,7)),this.setFunctionModule(7,8,J(r,8));for(let i=9;i<15;i++)this.setFunctionModule(14-i,8,J(r,i));for(let i=0;i<8;i++)this.setFunctionModule(this.size-1-i,8,J(r,i));for(let i=8;i<15;i++)this.setFunctionModule(8,this.size-15+i,J(r,i));this.setFunctionModule(8,this.size-8,!0)}drawVersion(){if(this.version<7)return;let e=this.version;for(let s=0;s<12;s++)e=e<<1^(e>>>11)*7973;let n=this.version<<12|e;for(let s=0;s<18;s++){let r=J(n,s),i=this.size-11+s%3,c=Math.floor(s/3);this.setFunctionModule(i,c,r),this.setFunctionModule(c,i,r)}}drawFinderPattern(e,n){for(let s=-4;s<=4;s++)for(let r=-4;r<=4;r++){let i=Math.max(Math.abs(r),Math.abs(s)),c=e+r,l=n+s;c>=0&&c<this.size&&l>=0&&l<this.size&&this.setFunctionModule(c,l,i!==2&&i!==4,st.Position)}}drawAlignmentPattern(e,n){for(let s=-2;s<=2;s++)for(let r=-2;r<=2;r++)this.setFunctionModule(e+r,n+s,Math.max(Math.abs(r),Math.abs(s))!==1,st.Alignment)}setFunctionModule(e,n,s,r=st.Function){this.modules[n][e]=s,this.types[n][e]=r}addEccAndInterleave(e){let n=this.version,s=this.ecc;if(e.length!==Pt(n,s))throw new RangeError("Invalid argument");let r=Xe[s[0]][n],i=Ve[s[0]][n],c=Math.floor(jt(n)/8),l=r-c%r,$=Math.floor(c/r),u=[],m=Pn(i);for(let f=0,g=0;f<r;f++){let h=e.slice(g,g+$-i+(f<l?0:1));g+=h.length;let b=An(h,m);f<l&&h.push(0),u.push(h.concat(b))}let p=[];for(let f=0;f<u[0].length;f++)u.forEach((g,h)=>{(f!==$-i||h>=l)&&p.push(g[f])});return p}drawCodewords(e){if(e.length!==Math.floor(jt(this.version)/8))throw new RangeError("Invalid argument");let n=0;for(let s=this.size-1;s>=1;s-=2){s===6&&(s=5);for(let r=0;r<this.size;r++)for(let i=0;i<2;i++){let c=s-i,$=(s+1&2)===0?this.size-1-r:r;!this.types[$][c]&&n<e.length*8&&(this.modules[$][c]=J(e[n>>>3],7-(n&7)),n++)}}}applyMask(e){if(e<0||e>7)throw new RangeError("Mask value out of range");for(let n=0;n<this.size;n++)for(let s=0;s<this.size;s++){let r;switch(e){case 0:r=(s+n)%2===0;break;case 1:r=n%2===0;break;case 2:r=s%3===0;break;case 3:r=(s+n)%3===0;break;case 4:r=(Math.floor(s/3)+Math.floor(n/2))%2===0;break;case 5:r=s*n%2+s*n%3===0;break;case 6:r=(s*n%2+s*n%3)%2===0;break;case 7:r=((s+n)%2+s*n%3)%2===0;break;default:throw new Error("Unreachable")}!this.types[n][s]&&r&&(this.modules[n][s]=!this.modules[n][s])}}getPenaltyScore(){let e=0;for(let i=0;i<this.size;i++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[i][u]===c?(l++,l===5?e+=We:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*Ot),c=this.modules[i][u],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*Ot}for(let i=0;i<this.size;i++){let c=!1,l=0,$=[0,0,0,0,0,0,0];for(let u=0;u<this.size;u++)this.modules[u][i]===c?(l++,l===5?e+=We:l>5&&e++):(this.finderPenaltyAddHistory(l,$),c||(e+=this.finderPenaltyCountPatterns($)*Ot),c=this.modules[u][i],l=1);e+=this.finderPenaltyTerminateAndCount(c,l,$)*Ot}for(let i=0;i<this.size-1;i++)for(let c=0;c<this.size-1;c++){let l=this.modules[i][c];l===this.modules[i][c+1]&&l===this.modules[i+1][c]&&l===this.modules[i+1][c+1]&&(e+=gn)}let n=0;for(let i of this.modules)n=i.reduce((c,l)=>c+(l?1:0),n);let s=this.size*this.size,r=Math.ceil(Math.abs(n*20-s*10)/s)-1;return e+=r*bn,e}getAlignmentPatternPositions(){if(this.version===1)return[];{let e=Math.floor(this.version/7)+2,n=this.version===32?26:Math.ceil((this.version*4+4)/(e*2-2))*2,s=[6];for(let r=this.size-7;s.length<e;r-=n)s.splice(1,0,r);return s}}finderPenaltyCountPatterns(e){let n=e[1],s=n>0&&e[2]===n&&e[3]===n*3&&e[4]===n&&e[5]===n;return(s&&e[0]>=n*4&&e[6]>=n?1:0)+(s&&e[6]>=n*4&&e[0]>=n?1:0)}finderPenaltyTerminateAndCount(e,n,s){return e&&(this.finderPenaltyAddHistory(n,s),n=0),n+=this.size,this.finderPenaltyAddHistory(n,s),this.finderPenaltyCountPatterns(s)}finderPenaltyAddHistory(e,n){n[0]===0&&(e+=this.size),n.pop(),n.unshift(e)}};function Q(t,e,n){if(e<0||e>31||t>>>e)throw new RangeError("Value out of range");for(let s=e-1;s>=0;s--)n.push(t>>>s&1)}function J(t,e){return(t>>>e&1)!==0}var ut=class{constructor(e,n,s){if(this.mode=e,this.numChars=n,this.bitData=s,n<0)throw new RangeError("Invalid argument");this.bitData=s.slice()}getData(){return this.bitData.slice()}},vn=[1,10,12,14],kn=[2,9,11,13],wn=[4,8,16,16];function Je(t,e){return t[Math.floor((e+7)/17)+1]}function Qe(t){let e=[];for(let n of t)Q(n,8,e);return new ut(wn,t.length,e)}function yn(t){if(!Ze(t))throw new RangeError("String contains non-numeric characters");let e=[];for(let n=0;n<t.length;){let s=Math.min(t.length-n,3);Q(Number.parseInt(t.substring(n,n+s),10),s*3+1,e),n+=s}return new ut(vn,t.length,e)}function xn(t){if(!to(t))throw new RangeError("String contains unencodable characters in alphanumeric mode");let e=[],n;for(n=0;n+2<=t.length;n+=2){let s=zt.indexOf(t.charAt(n))*45;s+=zt.indexOf(t.charAt(n+1)),Q(s,11,e)}return n<t.length&&Q(zt.indexOf(t.charAt(n)),6,e),new ut(kn,t.length,e)}function Cn(t){return t===""?[]:Ze(t)?[yn(t)]:to(t)?[xn(t)]:[Qe(On(t))]}function Ze(t){return dn.test(t)}function to(t){return hn.test(t)}function Sn(t,e){let n=0;for(let s of t){let r=Je(s.mode,e);if(s.numChars>=1<<r)return Number.POSITIVE_INFINITY;n+=4+r+s.bitData.length}return n}function On(t){t=encodeURI(t);let e=[];for(let n=0;n<t.length;n++)t.charAt(n)!=="%"?e.push(t.charCodeAt(n)):(e.push(Number.parseInt(t.substring(n+1,n+3),16)),n+=2);return e}function jt(t){if(t<Gt||t>Ut)throw new RangeError("Version number out of range");let e=(16*t+128)*t+64;if(t>=2){let n=Math.floor(t/7)+2;e-=(25*n-10)*n-55,t>=7&&(e-=36)}return e}function Pt(t,e){return Math.floor(jt(t)/8)-Ve[e[0]][t]*Xe[e[0]][t]}function Pn(t){if(t<1||t>255)throw new RangeError("Degree out of range");let e=[];for(let s=0;s<t-1;s++)e.push(0);e.push(1);let n=1;for(let s=0;s<t;s++){for(let r=0;r<e.length;r++)e[r]=_t(e[r],n),r+1<e.length&&(e[r]^=e[r+1]);n=_t(n,2)}return e}function An(t,e){let n=e.map(s=>0);for(let s of t){let r=s^n.shift();n.push(0),e.forEach((i,c)=>n[c]^=_t(i,r))}return n}function _t(t,e){if(t>>>8||e>>>8)throw new RangeError("Byte out of range");let n=0;for(let s=7;s>=0;s--)n=n<<1^(n>>>7)*285,n^=(e>>>s&1)*t;return n}function Mn(t,e,n=1,s=40,r=-1,i=!0){if(!(Gt<=n&&n<=s&&s<=Ut)||r<-1||r>7)throw new RangeError("Invalid value");let c,l;for(c=n;;c++){let p=Pt(c,e)*8,f=Sn(t,c);if(f<=p){l=f;break}if(c>=s)throw new RangeError("Data too long")}for(let p of[qe,Ke,Ye])i&&l<=Pt(c,p)*8&&(e=p);let $=[];for(let p of t){Q(p.mode[0],4,$),Q(p.numChars,Je(p.mode,c),$);for(let f of p.getData())$.push(f)}let u=Pt(c,e)*8;Q(0,Math.min(4,u-$.length),$),Q(0,(8-$.length%8)%8,$);for(let p=236;$.length<u;p^=253)Q(p,8,$);let m=Array.from({length:Math.ceil($.length/8)},()=>0);return $.forEach((p,f)=>m[f>>>3]|=p<<7-(f&7)),new Lt(c,e,m,r)}function eo(t,e){let{ecc:n="L",boostEcc:s=!1,minVersion:r=1,maxVersion:i=40,maskPattern:c=-1,border:l=1}=e||{},$=typeof t=="string"?Cn(t):Array.isArray(t)?[Qe(t)]:void 0;if(!$)throw new Error(`uqr only supports encoding string and binary data, but got: ${typeof t}`);let u=Mn($,fn[n],r,i,c,s),m=En({version:u.version,maskPattern:u.mask,size:u.size,data:u.modules,types:u.types},l);return e?.invert&&(m.data=m.data.map(p=>p.map(f=>!f))),e?.onEncoded?.(m),m}function En(t,e=1){if(!e)return t;let{size:n}=t,s=n+e*2;t.size=s,t.data.forEach(i=>{for(let c=0;c<e;c++)i.unshift(!1),i.push(!1)});for(let i=0;i<e;i++)t.data.unshift(Array.from({length:s},c=>!1)),t.data.push(Array.from({length:s},c=>!1));let r=st.Border;t.types.forEach(i=>{for(let c=0;c<e;c++)i.unshift(r),i.push(r)});for(let i=0;i<e;i++)t.types.unshift(Array.from({length:s},c=>r)),t.types.push(Array.from({length:s},c=>r));return t}function Fn({model:t,close:e}){let n=`${location.origin}${at}/`,s=()=>t.attempt(()=>navigator.clipboard.writeText(n),o("copied")),r=()=>navigator.share({title:"HiChat",url:n}).catch(()=>{});return a`<${C} title=${o("invitePeople")} close=${e}>
    <p class="dim">${o("invitePeopleHint")}</p>
    <div class="share-address">
      <input readonly value=${n} aria-label=${o("address")} onFocus=${i=>i.currentTarget.select()} />
      <${R} icon="copy" label=${o("copy")} onClick=${s} />
    </div>
    <${Hn} text=${n} />
    ${"share"in navigator&&a`<div class="actions"><button type="button" class="primary" onClick=${r}>${o("share")}</button></div>`}
  <//>`}function Hn({text:t}){let{size:e,path:n}=Yt(()=>{let s=eo(t,{border:2}),r=s.data.flatMap((i,c)=>i.flatMap((l,$)=>l?[`M${$} ${c}h1v1h-1z`]:[]));return{size:s.size,path:r.join("")}},[t]);return a`<svg class="qr" viewBox=${`0 0 ${e} ${e}`} role="img" aria-label=${o("qrCode",{text:t})}><path d=${n} /></svg>`}var Wt=12;function Nn({model:t,close:e}){let[n,s]=d(""),[r,i]=d(0),c=X(),l=ft(),$=G(t,n,h=>h?K(t,h,Wt):[]),u=j(n.trim());x(()=>{u&&t.overview.begun&&t.overview.all().catch(()=>{})},[!!u]);let m=In(t,n.trim(),$??[]),p=Math.min(r,m.length-1);x(()=>c.current?.children[p]?.scrollIntoView({block:"nearest"}),[p]);let f=({name:h})=>{e(),N("chats",h)},g=h=>{if(h.isComposing||h.keyCode===229)return;let b={ArrowDown:1,ArrowUp:-1};if(h.key in b&&m.length)i((p+b[h.key]+m.length)%m.length);else if(h.key==="Enter"&&m.length)f(m[p]);else return;h.preventDefault()};return a`<${C} title=${o("goTo")} close=${e}>
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
    ${m.length>0&&a`<ul class="rows options" role="listbox" id=${l} ref=${c} aria-label=${o("goTo")}>
        ${m.map((h,b)=>a`<li
              key=${h.name}
              id=${`${l}-${b}`}
              class=${b===p?"row selected":"row"}
              role="option"
              aria-selected=${b===p}
              onMouseDown=${O=>O.preventDefault()}
              onClick=${()=>f(h)}
            >
              <span class="row-main">
                <${D} model=${t} id=${h.id} name=${h.title} picture=${h.picture} kind=${h.kind} size="small" />
                <span class="row-title">${h.title}</span>
                ${h.why&&a`<span class="row-note">${h.why}</span>`}
                <${fe} unread=${h.unread} quiet=${!1} />
              </span>
            </li>`)}
      </ul>`}
    <p class="hint" role="status">${$&&u&&!m.length?o("nothingFound"):""}</p>
  <//>`}function In(t,e,n){let s=m=>Math.max(m.last?.time??0,m.touched??0),r=t.all.filter(m=>m!==t.watching||e).sort((m,p)=>s(p)-s(m)).map(m=>({id:m.id,name:m.name,title:t.titleOf(m),picture:t.pictureOf(m),kind:m.kind,unread:m.unread,names:m.place.user!==void 0?t.people.namesOf({id:m.place.user}):void 0}));if(!e)return r.slice(0,Wt);let i=({id:m,avatar:p})=>({id:m,name:`user-${m}`,title:t.people.name(m),picture:p,kind:"person",unread:0,names:t.people.namesOf({id:m})}),c=t.lists.get("contacts").map(({user:m})=>i(m)),l=m=>Tn(m.map(p=>({...p,place:p.name,name:p.title})),e),$=[...l(r),...l(c),...n.map(m=>({...i(m),place:`user-${m.id}`}))],u=new Map;for(let m of $)u.has(m.place)||u.set(m.place,{...m,name:m.place});return[...u.values()].slice(0,Wt)}function Tn(t,e){let n=j(e),s=Et(t.map(c=>({...c,names:[c.title]})),e),r=new Set(s.map(({place:c})=>c)),i=Et(t,e).filter(({place:c})=>!r.has(c));return[...s,...i.map(c=>({...c,why:c.names?.find(l=>j(l).includes(n))}))]}Vt({en:Oe,zh:Pe});export{oo as Appearance,no as Archive,so as Blocked,ro as Contacts,ao as FindGroups,co as FindPeople,lo as Forgotten,po as Forward,Fo as Group,No as Groups,Io as Join,Ro as Keys,Bo as Linked,Do as Mentions,zo as NewChat,jo as NewDevices,Go as NewGroup,_o as NewPassword,Uo as Notices,Tt as Outgoing,qo as Person,nt as PictureField,Yo as Preview,Xo as Profile,tn as Readers,Rt as Report,on as Saved,an as Search,cn as SecondStep,$n as Settings,Fn as Share,Nn as Switcher};
