import{B as j,C as O,F as H,G as B,H as q,I as S,M as D,P as Y,Q as P,R as N,S as V,T as z,V as G,W as K,a as l,b as x,f as a,g as Q,i as b,j as E,m as W,n as e,o as $,s as A,t as M}from"./client.js";var J={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps and the terminal need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"It asks from",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceRefused:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var X={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用和终端需要应用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceRefused:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function we({model:s,code:t}){let[r,n]=l(""),[o,i]=l(null),[c,d]=l(""),[u,p]=l(""),f=m=>s.api.post("/device/find",{userCode:m});x(()=>{t&&f(t).then(i,m=>d(O(m)))},[]);let h=S(async m=>{m.preventDefault();let v=m.submitter?.value!=="refuse";if(d(""),t&&Z(r)!==Z(t))return d(e("deviceCodeDiffers"));try{if(!o)return i(await f(r));await s.api.post("/device/answer",{userCode:r,allow:v}),p(v?"deviceAllowed":"deviceRefused")}catch(k){d(O(k)),k.code==="no_such_user_code"&&i(null)}}),y=m=>{n(m),t||i(null)};return a`<main class="entry">
    <form class="card" onSubmit=${h}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${u?a`<p role="status">${e(u)}</p>
              <a href=${D("chats")}>${e("toTheChats")}</a>`:a`<p class="hint">${e("deviceWarning")}</p>
              ${o&&a`<${fe} model=${s} device=${o} />`}
              <${A}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${c}
                value=${r}
                change=${y}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${o?a`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:a`<button class="primary">${e("continue")}</button>`}
              <a href=${D("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var Z=s=>s.replace(/[\s-]/g,"").toUpperCase();function fe({model:s,device:t}){return a`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${$(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}var ee=()=>null;function I({model:s,title:t,text:r,action:n,danger:o=!1,passkeys:i=!1,close:c,work:d,children:u}){let[p,f]=l(""),[h,y]=l(""),m=async g=>{y("");try{await d(await g())}catch(C){y(O(C))}},v=S(g=>(g.preventDefault(),m(()=>({password:p})))),k=S(()=>m(async()=>{let{state:g,options:C}=await s.api.post("/me/passkeys/show");return{passkey:{state:g,credential:await q(C)}}}));return a`<${P} title=${t} close=${c}>
    <form onSubmit=${v}>
      <p>${r}</p>
      ${u}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${M} label=${e("password")} value=${p} change=${f} required autocomplete="current-password" />
      ${h&&a`<p class="problem" role="alert">${h}</p>`}
      <div class="actions">
        <button type="button" onClick=${c}>${e("cancel")}</button>
        ${i&&H()&&a`<button type="button" onClick=${k}>${e("withAnotherPasskey")}</button>`}
        <button class=${o?"danger":"primary"}>${n}</button>
      </div>
    </form>
  <//>`}function se({model:s}){let[t,r]=l(null),[n,o]=l(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/app-passwords")));if(x(()=>{i()},[]),!t)return null;let c=()=>o(null),d=p=>{o({made:p}),i()},u=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${n.revoking.id}`),await i()});return a`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(p=>a`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${b} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${$e(p)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${p.name}`} onClick=${()=>o({revoking:p})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" onClick=${()=>o({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${n?.making&&a`<${ke} model=${s} close=${c} made=${d} />`}
    ${n?.made&&a`<${ye} model=${s} made=${n.made} close=${c} />`}
    ${n?.revoking&&a`<${N} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:n.revoking.name})} action=${e("revoke")} close=${c} then=${u} />`}
  `}var $e=({created:s,used:t})=>[e("appPasswordMade",{time:$(s)}),t?e("appPasswordUsed",{time:$(t)}):e("appPasswordUnused")].join(" · ");function ke({model:s,close:t,made:r}){let[n,o]=l(""),i=async c=>r(await s.api.post("/me/app-passwords",{...c,name:n}));return a`<${I} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} passkeys close=${t} work=${i}>
    <${A} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${n} change=${o} required maxlength="64" autocomplete="off" />
  <//>`}function ye({model:s,made:t,close:r}){let n=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return a`<${P} title=${t.name} close=${r}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${o=>o.currentTarget.select()} />
      <${E} icon="copy" label=${e("copy")} onClick=${n} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${r}>${e("close")}</button></div>
  <//>`}var te=()=>null;function oe({model:s}){let[t,r]=l(null),[n,o]=l(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/passkeys")));if(x(()=>{i()},[]),!t||!t.possible&&!t.passkeys.length)return null;let c=t.possible&&H(),d=()=>o(null),u=()=>{d(),i()};return a`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(p=>a`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${b} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${he(p)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${p.name}`} onClick=${()=>o({passkey:p,Ask:be})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${p.name}`} onClick=${()=>o({passkey:p,Ask:ge})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" disabled=${!c} onClick=${()=>o({Ask:ve})}>${e("addPasskey")}</button>
    </div>
    ${!c&&a`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${n&&a`<${n.Ask} model=${s} passkey=${n.passkey} known=${t.passkeys.length>0} close=${d} done=${u} />`}
  `}var he=({made:s,used:t})=>[e("passkeyMade",{time:$(s)}),t?e("passkeyUsed",{time:$(t)}):e("passkeyUnused")].join(" · ");function ve({model:s,known:t,close:r,done:n}){let[o,i]=l(j().replace("-"," · ")),c=async d=>{let{state:u,options:p}=await s.api.post("/me/passkeys/begin",d),f=await B(p);await s.api.post("/me/passkeys",{state:u,credential:f,name:o}),s.toast(e("passkeyAdded")),n()};return a`<${I} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} passkeys=${t} close=${r} work=${c}>
    <${A} label=${e("passkeyName")} value=${o} change=${i} required maxlength="64" autocomplete="off" />
  <//>`}function ge({model:s,passkey:t,known:r,close:n,done:o}){let i=async d=>{await s.api.post(`/me/passkeys/${t.id}/removal`,d),o()},c=e("removePasskeyQuestion",{name:t.name});return a`<${I} model=${s} title=${e("removePasskey")} text=${c} action=${e("removePasskey")} danger passkeys=${r} close=${n} work=${i} />`}function be({model:s,passkey:t,close:r,done:n}){let[o,i]=l(t.name),[c,d]=l(""),u=S(async p=>{p.preventDefault(),d("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:o}),n()}catch(f){d(O(f))}});return a`<${P} title=${e("renamePasskey")} close=${r}>
    <form onSubmit=${u}>
      <${A} label=${e("passkeyName")} value=${o} change=${i} required maxlength="64" autocomplete="off" problem=${c} />
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}var ae=()=>null;var ne={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},_=s=>s&&Object.hasOwn(ne,s)?e(ne[s]):"",ie={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},Pe={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function re({what:s,outcome:t}){return t==="ok"?e(Pe[s]):e(Object.hasOwn(ie,t)?ie[t]:"refusedOtherwise")}var Ae=new Set(["second_factor_needed","enrolment_needed"]),F=({what:s,outcome:t})=>t!=="ok"?Ae.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",Oe=5e3;function de(s){let t=(o,i)=>o?.what==="log_in"&&o.outcome==="ok"&&o.device===i.device&&o.at-i.at<Oe,r=o=>s[o-1],n=o=>s[o+1];return s.map((o,i)=>n(i)?.what==="new_device"&&t(o,n(i))?{...o,what:"new_device"}:o).filter((o,i)=>o.what!=="new_device"||s[i].what!=="new_device"||!t(r(i),o))}function ce({model:s}){let[t,r]=l(""),[n,o]=l(0),[i,c]=l([]),d=()=>o(u=>u+1);return a`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${pe}
      model=${s}
      path="/me/sessions"
      version=${n}
      known=${c}
      end=${({id:u})=>s.api.delete(`/me/sessions/${u}`)}
      revoke=${({id:u})=>s.api.delete(`/devices/${u}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>r("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>r("all")}>${e("endAll")}</button>
    </div>
    ${t&&a`<${xe} model=${s} all=${t==="all"} sessions=${i} close=${()=>r("")} again=${d} />`}
  `}function Se({model:s,path:t,mayAct:r}){return a`
    <h2 class="list-head">${e("devices")}</h2>
    <${pe}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${r}
      end=${({id:n})=>s.api.post(`${t}/sign-out`,{device:n})}
      revoke=${({id:n})=>s.api.delete(`${t}/devices/${n}`)}
    />
  `}function pe({model:s,path:t,version:r=0,mayAct:n=!0,known:o=()=>{},end:i,revoke:c}){let[d,u]=l(null),[p,f]=l(null),h=Q(),y=async()=>{let w=await s.api.all(t);u(w),o(w)},m=z(s,y,[t,r]);if(!d)return a`<${V} model=${s} away=${m} />`;let v=d.filter(w=>w.loggedIn||w.current).sort(Ce),k=d.filter(w=>!v.includes(w)),{session:g,act:C,word:R}=p??{},ue=()=>s.attempt(async()=>{await C(g),await y(),h.current?.focus()}),U=(w,L,me)=>a`<li class="row" key=${w.id}>
    <span class="row-main">
      <span class="file-sign"><${b} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${T(w)}</span>
        <span class="row-note wrap">${De(w)}</span>
      </span>
    </span>
    ${n&&!w.current&&a`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${L}Of`,{name:T(w)})} onClick=${()=>f({session:w,act:me,word:L})}>${e(L)}</button>
      </span>`}
  </li>`;return a`
    <ul class="rows" ref=${h} tabindex="-1" aria-label=${e("sessionsHead")}>${v.map(w=>U(w,"endSession",i))}</ul>
    ${!v.length&&a`<p class="dim">${e("noSessions")}</p>`}
    ${k.length>0&&a`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:k.length})}</summary>
        <ul class="rows">${k.map(w=>U(w,"revoke",c))}</ul>
      </details>`}
    ${g&&a`<${N} title=${e(R)} text=${e(`${R}Question`,{name:T(g)})} action=${e(R)} close=${()=>f(null)} then=${ue} />`}
  `}function xe({model:s,all:t,sessions:r,close:n,again:o}){let[i,c]=l(!1),[d,u]=l(!1),p=r.filter(m=>m.remembered&&(t||!m.current)),f=r.filter(m=>m.via==="app_password"),h=async m=>{if(m.preventDefault(),!!await s.attempt(async()=>{let{ended:k}=await s.api.post("/me/sessions/end",{current:t,devices:i,appPasswords:d});t||s.toast(e(k===1?"oneEnded":"ended",{count:k}))})){if(n(),!t)return o();location.hash="",await s.link.ask("forget")}},y=m=>m.length>0&&a`<small>${m.map(T).join(", ")}</small>`;return a`<${P} title=${e(t?"endAll":"endOthers")} close=${n}>
    <form onSubmit=${h}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${i} onChange=${()=>c(!i)} /><span>${e("endDevices")}${y(p)}</span></label>
      <label class="check"><input type="checkbox" checked=${d} onChange=${()=>u(!d)} /><span>${e("endAppPasswords")}${y(f)}</span></label>
      <div class="actions">
        <button type="button" onClick=${n}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var Ce=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,T=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function De({current:s,loggedIn:t,connected:r,used:n,address:o,via:i,began:c,remembered:d}){let u=r?e("connectedNow"):n&&e("lastUsed",{time:$(n)});if(!t)return[s?e("thisDevice"):e("loggedOut"),d&&e("remembered")].filter(Boolean).join(" · ");let p=c&&e("signedInSince",{time:$(c)});return[s&&e("thisDevice"),u,o,_(i),p,d&&e("remembered")].filter(Boolean).join(" · ")}var Ie={ok:"check",asked:"lock",refused:"failed"};function le({model:s}){let t=G(s,"/me/sign-ins"),r={...t,items:t.items&&de(t.items)};return a`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${K} model=${s} listing=${r} icon="lock" empty=${e("noSignIns")} row=${He} />
  `}function He(s){let{at:t,address:r,via:n,name:o,count:i}=s,c=i>1&&e("times",{count:i});return a`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${F(s)}`}>
      <span class="file-sign"><${b} name=${Ie[F(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${re(s)}</span>
        <span class="row-note wrap">${[$(t),c,_(n),r,o].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var Ne=[ce,ae,oe,se,te,ee,le];function _e({model:s}){return a`<div class="page">
    <${Y} title=${e("security")} back=${D("settings")} />
    <div class="page-body">${Ne.map(t=>a`<${t} key=${t.name} model=${s} />`)}</div>
  </div>`}W({en:J,zh:X});export{we as LetDevice,_e as Security,Se as SessionsOf};
