import{A as B,B as q,C as A,F as T,G as Y,H as V,I as O,K as H,P as z,Q as v,R as C,S as G,T as K,V as J,W as X,a as p,b as S,f as o,g as Q,i as y,j as E,l as M,m as j,n as e,o as f,s as x,t as N}from"./client.js";var Z={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps and the terminal need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceRefused:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"used last on {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var ee={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用和终端需要应用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceRefused:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function fe({model:s,code:t}){let[r,a]=p(""),[n,i]=p(null),[c,l]=p(""),[u,d]=p(""),w=m=>s.api.post("/device/find",{userCode:m});S(()=>{t&&w(t).then(i,m=>l(A(m)))},[]);let g=O(async m=>{m.preventDefault();let b=m.submitter?.value!=="refuse";if(l(""),t&&se(r)!==se(t))return l(e("deviceCodeDiffers"));try{if(!n)return i(await w(r));await s.api.post("/device/answer",{userCode:r,allow:b}),d(b?"deviceAllowed":"deviceRefused")}catch(k){l(A(k)),k.code==="no_such_user_code"&&i(null)}}),h=m=>{a(m),t||i(null)};return o`<main class="entry">
    <form class="card" onSubmit=${g}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${u?o`<p role="status">${e(u)}</p>
              <a href=${H("chats")}>${e("toTheChats")}</a>`:o`<p class="hint">${e("deviceWarning")}</p>
              ${n&&o`<${ke} model=${s} device=${n} />`}
              <${x}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${c}
                value=${r}
                change=${h}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${n?o`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:o`<button class="primary">${e("continue")}</button>`}
              <a href=${H("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var se=s=>s.replace(/[\s-]/g,"").toUpperCase();function ke({model:s,device:t}){return o`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${f(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}var te=()=>null;function I({model:s,title:t,text:r,action:a,danger:n=!1,passkeys:i=!1,close:c,work:l,children:u}){let[d,w]=p(""),[g,h]=p(""),m=async P=>{h("");try{await l(await P())}catch(D){h(A(D))}},b=O(P=>(P.preventDefault(),m(()=>({password:d})))),k=O(()=>m(async()=>{let{state:P,options:D}=await s.api.post("/me/passkeys/show");return{passkey:{state:P,credential:await V(D)}}}));return o`<${v} title=${t} close=${c}>
    <form onSubmit=${b}>
      <p>${r}</p>
      ${u}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${N} label=${e("password")} value=${d} change=${w} required autocomplete="current-password" />
      ${g&&o`<p class="problem" role="alert">${g}</p>`}
      <div class="actions">
        <button type="button" onClick=${c}>${e("cancel")}</button>
        ${i&&T()&&o`<button type="button" onClick=${k}>${e("withAnotherPasskey")}</button>`}
        <button class=${n?"danger":"primary"}>${a}</button>
      </div>
    </form>
  <//>`}function ne({model:s}){let[t,r]=p(null),[a,n]=p(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/app-passwords")));if(S(()=>{i()},[]),!t)return null;let c=()=>n(null),l=d=>{n({made:d}),i()},u=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await i()});return o`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(d=>o`<li class="row" key=${d.id}>
            <span class="row-main">
              <span class="file-sign"><${y} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${d.name}</span>
                <span class="row-note wrap">${he(d)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${d.name}`} onClick=${()=>n({revoking:d})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" onClick=${()=>n({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${a?.making&&o`<${ye} model=${s} close=${c} made=${l} />`}
    ${a?.made&&o`<${ve} model=${s} made=${a.made} close=${c} />`}
    ${a?.revoking&&o`<${C} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${c} then=${u} />`}
  `}var he=({created:s,used:t})=>[e("appPasswordMade",{time:f(s)}),t?e("appPasswordUsed",{time:f(t)}):e("appPasswordUnused")].join(" · ");function ye({model:s,close:t,made:r}){let[a,n]=p(""),i=async c=>r(await s.api.post("/me/app-passwords",{...c,name:a}));return o`<${I} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} passkeys close=${t} work=${i}>
    <${x} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${a} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function ve({model:s,made:t,close:r}){let a=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return o`<${v} title=${t.name} close=${r}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${n=>n.currentTarget.select()} />
      <${E} icon="copy" label=${e("copy")} onClick=${a} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${r}>${e("close")}</button></div>
  <//>`}function oe({model:s}){let[t,r]=p(null),[a,n]=p(!1),[i,c]=p(null),l=()=>s.attempt(async()=>r(await s.api.get("/me/identities")));if(S(()=>{l()},[]),!t||!t.provider&&!t.items.length)return null;let u=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${i.id}`),await l()});return o`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(d=>o`<li class="row" key=${d.id}>
            <span class="row-main">
              <span class="file-sign"><${y} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${d.name||d.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:f(d.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${d.name||d.provider}`}
                onClick=${()=>c(d)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${t.provider&&!t.items.length&&o`<div class="actions">
        <button type="button" onClick=${()=>n(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${a&&o`<${ge} model=${s} name=${t.provider} close=${()=>n(!1)} />`}
    ${i&&o`<${C} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>c(null)} then=${u} />`}
  `}function ge({model:s,name:t,close:r}){let[a,n]=p(""),[i,c]=p(""),l=O(async u=>{u.preventDefault(),c("");try{let d=await s.link.ask("token"),{url:w}=await B("POST","/session/oidc/link",{body:{password:a},token:d,language:M()});location.assign(w)}catch(d){c(A(d))}});return o`<${v} title=${e("linkWith",{name:t})} close=${r}>
    <form onSubmit=${l}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${N} label=${e("password")} value=${a} change=${n} required autocomplete="current-password" />
      ${i&&o`<p class="problem" role="alert">${i}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function ae({model:s}){let[t,r]=p(null),[a,n]=p(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/passkeys")));if(S(()=>{i()},[]),!t||!t.possible&&!t.passkeys.length)return null;let c=t.possible&&T(),l=()=>n(null),u=()=>{l(),i()};return o`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(d=>o`<li class="row" key=${d.id}>
            <span class="row-main">
              <span class="file-sign"><${y} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${d.name}</span>
                <span class="row-note wrap">${be(d)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${d.name}`} onClick=${()=>n({passkey:d,Ask:Oe})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${d.name}`} onClick=${()=>n({passkey:d,Ask:Ae})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" disabled=${!c} onClick=${()=>n({Ask:Pe})}>${e("addPasskey")}</button>
    </div>
    ${!c&&o`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${a&&o`<${a.Ask} model=${s} passkey=${a.passkey} known=${t.passkeys.length>0} close=${l} done=${u} />`}
  `}var be=({made:s,used:t})=>[e("passkeyMade",{time:f(s)}),t?e("passkeyUsed",{time:f(t)}):e("passkeyUnused")].join(" · ");function Pe({model:s,known:t,close:r,done:a}){let[n,i]=p(q().replace("-"," · ")),c=async l=>{let{state:u,options:d}=await s.api.post("/me/passkeys/begin",l),w=await Y(d);await s.api.post("/me/passkeys",{state:u,credential:w,name:n}),s.toast(e("passkeyAdded")),a()};return o`<${I} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} passkeys=${t} close=${r} work=${c}>
    <${x} label=${e("passkeyName")} value=${n} change=${i} required maxlength="64" autocomplete="off" />
  <//>`}function Ae({model:s,passkey:t,known:r,close:a,done:n}){let i=async l=>{await s.api.post(`/me/passkeys/${t.id}/removal`,l),n()},c=e("removePasskeyQuestion",{name:t.name});return o`<${I} model=${s} title=${e("removePasskey")} text=${c} action=${e("removePasskey")} danger passkeys=${r} close=${a} work=${i} />`}function Oe({model:s,passkey:t,close:r,done:a}){let[n,i]=p(t.name),[c,l]=p(""),u=O(async d=>{d.preventDefault(),l("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:n}),a()}catch(w){l(A(w))}});return o`<${v} title=${e("renamePasskey")} close=${r}>
    <form onSubmit=${u}>
      <${x} label=${e("passkeyName")} value=${n} change=${i} required maxlength="64" autocomplete="off" problem=${c} />
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}var ie=()=>null;var re={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},_=s=>s&&Object.hasOwn(re,s)?e(re[s]):"",de={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},Se={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function ce({what:s,outcome:t}){return t==="ok"?e(Se[s]):e(Object.hasOwn(de,t)?de[t]:"refusedOtherwise")}var xe=new Set(["second_factor_needed","enrolment_needed"]),F=({what:s,outcome:t})=>t!=="ok"?xe.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",Ce=5e3;function le(s){let t=(n,i)=>n?.what==="log_in"&&n.outcome==="ok"&&n.device===i.device&&n.at-i.at<Ce,r=n=>s[n-1],a=n=>s[n+1];return s.map((n,i)=>a(i)?.what==="new_device"&&t(n,a(i))?{...n,what:"new_device"}:n).filter((n,i)=>n.what!=="new_device"||s[i].what!=="new_device"||!t(r(i),n))}function pe({model:s}){let[t,r]=p(""),[a,n]=p(0),[i,c]=p([]),l=()=>n(u=>u+1);return o`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${ue}
      model=${s}
      path="/me/sessions"
      version=${a}
      known=${c}
      end=${({id:u})=>s.api.delete(`/me/sessions/${u}`)}
      revoke=${({id:u})=>s.api.delete(`/devices/${u}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>r("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>r("all")}>${e("endAll")}</button>
    </div>
    ${t&&o`<${He} model=${s} all=${t==="all"} sessions=${i} close=${()=>r("")} again=${l} />`}
  `}function De({model:s,path:t,mayAct:r}){return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${ue}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${r}
      end=${({id:a})=>s.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>s.api.delete(`${t}/devices/${a}`)}
    />
  `}function ue({model:s,path:t,version:r=0,mayAct:a=!0,known:n=()=>{},end:i,revoke:c}){let[l,u]=p(null),[d,w]=p(null),g=Q(),h=async()=>{let $=await s.api.all(t);u($),n($)},m=K(s,h,[t,r]);if(!l)return o`<${G} model=${s} away=${m} />`;let b=l.filter($=>$.loggedIn||$.current).sort(Ie),k=l.filter($=>!b.includes($)),{session:P,act:D,word:R}=d??{},$e=()=>s.attempt(async()=>{await D(P),await h(),g.current?.focus()}),W=($,U,we)=>o`<li class="row" key=${$.id}>
    <span class="row-main">
      <span class="file-sign"><${y} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${L($)}</span>
        <span class="row-note wrap">${Ne($)}</span>
      </span>
    </span>
    ${a&&!$.current&&o`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${U}Of`,{name:L($)})} onClick=${()=>w({session:$,act:we,word:U})}>${e(U)}</button>
      </span>`}
  </li>`;return o`
    <ul class="rows" ref=${g} tabindex="-1" aria-label=${e("sessionsHead")}>${b.map($=>W($,"endSession",i))}</ul>
    ${!b.length&&o`<p class="dim">${e("noSessions")}</p>`}
    ${k.length>0&&o`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:k.length})}</summary>
        <ul class="rows">${k.map($=>W($,"revoke",c))}</ul>
      </details>`}
    ${P&&o`<${C} title=${e(R)} text=${e(`${R}Question`,{name:L(P)})} action=${e(R)} close=${()=>w(null)} then=${$e} />`}
  `}function He({model:s,all:t,sessions:r,close:a,again:n}){let[i,c]=p(!1),[l,u]=p(!1),d=r.filter(m=>m.remembered&&(t||!m.current)),w=r.filter(m=>m.via==="app_password"),g=async m=>{if(m.preventDefault(),!!await s.attempt(async()=>{let{ended:k}=await s.api.post("/me/sessions/end",{current:t,devices:i,appPasswords:l});t||s.toast(e(k===1?"oneEnded":"ended",{count:k}))})){if(a(),!t)return n();location.hash="",await s.link.ask("forget")}},h=m=>m.length>0&&o`<small>${m.map(L).join(", ")}</small>`;return o`<${v} title=${e(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${g}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${i} onChange=${()=>c(!i)} /><span>${e("endDevices")}${h(d)}</span></label>
      <label class="check"><input type="checkbox" checked=${l} onChange=${()=>u(!l)} /><span>${e("endAppPasswords")}${h(w)}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var Ie=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,L=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function Ne({current:s,loggedIn:t,connected:r,used:a,address:n,via:i,began:c,remembered:l}){let u=r?e("connectedNow"):a&&e("lastUsed",{time:f(a)});if(!t)return[s?e("thisDevice"):e("loggedOut"),l&&e("remembered")].filter(Boolean).join(" · ");let d=c&&e("signedInSince",{time:f(c)});return[s&&e("thisDevice"),u,n,_(i),d,l&&e("remembered")].filter(Boolean).join(" · ")}var Te={ok:"check",asked:"lock",refused:"failed"};function me({model:s}){let t=J(s,"/me/sign-ins"),r={...t,items:t.items&&le(t.items)};return o`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${X} model=${s} listing=${r} icon="lock" empty=${e("noSignIns")} row=${_e} />
  `}function _e(s){let{at:t,address:r,via:a,name:n,count:i}=s,c=i>1&&e("times",{count:i});return o`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${F(s)}`}>
      <span class="file-sign"><${y} name=${Te[F(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${ce(s)}</span>
        <span class="row-note wrap">${[f(t),c,_(a),r,n].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var Le=[pe,ie,ae,ne,oe,te,me];function Re({model:s}){return o`<div class="page">
    <${z} title=${e("security")} back=${H("settings")} />
    <div class="page-body">${Le.map(t=>o`<${t} key=${t.name} model=${s} />`)}</div>
  </div>`}j({en:Z,zh:ee});export{fe as LetDevice,Re as Security,De as SessionsOf};
