import{A as V,B as q,C as g,F as R,G as Y,H as z,I as b,M as N,P as G,Q as k,R as D,S as K,T as J,V as X,W as Z,a as l,b as A,ba as ee,ca as se,da as te,f as n,g as M,i as P,j,l as H,m as B,n as e,o as f,s as S,t as U}from"./client.js";var oe={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"used last on {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var ne={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function ve({model:s,code:t}){let[i,a]=l(""),[o,r]=l(null),[d,p]=l(""),[u,c]=l(""),$=m=>s.api.post("/device/find",{userCode:m});A(()=>{t&&$(t).then(r,m=>p(g(m)))},[]);let h=b(async m=>{m.preventDefault();let v=m.submitter?.value!=="refuse";if(p(""),t&&ae(i)!==ae(t))return p(e("deviceCodeDiffers"));try{if(!o)return r(await $(i));await s.api.post("/device/answer",{userCode:i,allow:v}),c(v?"deviceAllowed":"deviceNotLet")}catch(O){p(g(O)),O.code==="no_such_user_code"&&r(null)}}),y=m=>{a(m),t||r(null)};return n`<main class="entry">
    <form class="card" onSubmit=${h}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${u?n`<p role="status">${e(u)}</p>
              <a href=${N("chats")}>${e("toTheChats")}</a>`:n`<p class="hint">${e("deviceWarning")}</p>
              ${o&&n`<${ge} model=${s} device=${o} />`}
              <${S}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${d}
                value=${i}
                change=${y}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${o?n`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:n`<button class="primary">${e("continue")}</button>`}
              <a href=${N("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var ae=s=>s.replace(/[\s-]/g,"").toUpperCase();function ge({model:s,device:t}){return n`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${f(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function C({model:s,title:t,text:i,action:a,danger:o=!1,passkeys:r=!1,close:d,work:p,children:u}){let[c,$]=l(""),[h,y]=l(""),m=async x=>{y("");try{await p(await x())}catch(I){y(g(I))}},v=b(x=>(x.preventDefault(),m(()=>({password:c})))),O=b(()=>m(async()=>{let{state:x,options:I}=await s.api.post("/me/passkeys/show");return{passkey:{state:x,credential:await z(I)}}}));return n`<${k} title=${t} close=${d}>
    <form onSubmit=${v}>
      <p>${i}</p>
      ${u}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${c} change=${$} required autocomplete="current-password" />
      ${h&&n`<p class="problem" role="alert">${h}</p>`}
      <div class="actions">
        <button type="button" onClick=${d}>${e("cancel")}</button>
        ${r&&R()&&n`<button type="button" onClick=${O}>${e("withAnotherPasskey")}</button>`}
        <button class=${o?"danger":"primary"}>${a}</button>
      </div>
    </form>
  <//>`}function ie({model:s}){let[t,i]=l(null),[a,o]=l("");if(A(()=>{s.attempt(async()=>i(await be(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let r=()=>o(""),d=p=>{i(p),r()};return n`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:f(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&n`<${Ce} key=${t.claimed} model=${s} own=${t} done=${d} />`}
    <div class="actions">
      ${t.address&&n`<button type="button" class="danger-text" onClick=${()=>o("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&n`<button type="button" onClick=${()=>o("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${a==="change"&&n`<${Ae} model=${s} own=${t} close=${r} done=${d} />`}
    ${a==="remove"&&n`<${Pe} model=${s} close=${r} done=${d} />`}
  `}var be=(s,t)=>t.address&&t.language!==H()?s.api.patch("/me/email",{language:H()}):t;function Ae({model:s,own:t,close:i,done:a}){let[o,r]=l(t.address?"":s.me?.email??""),d=async p=>a(await s.api.put("/me/email",{...p,address:o,language:H()}));return n`<${C} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} passkeys close=${i} work=${d}>
    <${S} label=${e("emailAddress")} type="email" value=${o} change=${r} required maxlength="254" autocomplete="email" />
  <//>`}function Pe({model:s,close:t,done:i}){let a=async o=>i(await s.api.put("/me/email",{...o,address:""}));return n`<${C} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger passkeys close=${t} work=${a} />`}function Ce({model:s,own:t,done:i}){let[a,o]=l(""),[r,d]=l(""),p=b(async u=>{u.preventDefault(),d("");try{i(await s.api.post("/me/email/verification",{code:a})),s.toast(e("addressVerified"))}catch(c){d(g(c))}});return n`<form onSubmit=${p}>
    <${S}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${r}
      value=${a}
      change=${o}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function re({model:s}){let[t,i]=l(null),[a,o]=l(null),r=()=>s.attempt(async()=>i(await s.api.get("/me/app-passwords")));if(A(()=>{r()},[]),!t)return null;let d=()=>o(null),p=c=>{o({made:c}),r()},u=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await r()});return n`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name}</span>
                <span class="row-note wrap">${Oe(c)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${c.name}`} onClick=${()=>o({revoking:c})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" onClick=${()=>o({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${a?.making&&n`<${Se} model=${s} close=${d} made=${p} />`}
    ${a?.made&&n`<${xe} model=${s} made=${a.made} close=${d} />`}
    ${a?.revoking&&n`<${D} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${d} then=${u} />`}
  `}var Oe=({created:s,used:t})=>[e("appPasswordMade",{time:f(s)}),t?e("appPasswordUsed",{time:f(t)}):e("appPasswordUnused")].join(" · ");function Se({model:s,close:t,made:i}){let[a,o]=l(""),r=async d=>i(await s.api.post("/me/app-passwords",{...d,name:a}));return n`<${C} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} passkeys close=${t} work=${r}>
    <${S} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${a} change=${o} required maxlength="64" autocomplete="off" />
  <//>`}function xe({model:s,made:t,close:i}){let a=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return n`<${k} title=${t.name} close=${i}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${o=>o.currentTarget.select()} />
      <${j} icon="copy" label=${e("copy")} onClick=${a} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${i}>${e("close")}</button></div>
  <//>`}function de({model:s}){let[t,i]=l(null),[a,o]=l(!1),[r,d]=l(null),p=()=>s.attempt(async()=>i(await s.api.get("/me/identities")));if(A(()=>{p()},[]),!t||!t.provider&&!t.items.length)return null;let u=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${r.id}`),await p()});return n`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name||c.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:f(c.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${c.name||c.provider}`}
                onClick=${()=>d(c)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${t.provider&&!t.items.length&&n`<div class="actions">
        <button type="button" onClick=${()=>o(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${a&&n`<${He} model=${s} name=${t.provider} close=${()=>o(!1)} />`}
    ${r&&n`<${D} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>d(null)} then=${u} />`}
  `}function He({model:s,name:t,close:i}){let[a,o]=l(""),[r,d]=l(""),p=b(async u=>{u.preventDefault(),d("");try{let c=await s.link.ask("token"),{url:$}=await V("POST","/session/oidc/link",{body:{password:a},token:c,language:H()});location.assign($)}catch(c){d(g(c))}});return n`<${k} title=${e("linkWith",{name:t})} close=${i}>
    <form onSubmit=${p}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${a} change=${o} required autocomplete="current-password" />
      ${r&&n`<p class="problem" role="alert">${r}</p>`}
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function T({model:s,codes:t,done:i}){let a=()=>i();return n`<${k} title=${e("recoveryCodes")} close=${a}>
    <${te} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("codesKept")}</button></div>
  <//>`}function ce({model:s}){let[t,i]=l(null),[a,o]=l(null),r=()=>s.attempt(async()=>i(await s.api.get("/me/passkeys")));if(A(()=>{r()},[]),!t||!t.possible&&!t.passkeys.length)return null;let d=t.possible&&R(),p=()=>o(null),u=(c=[])=>{o(c.length?{Ask:T,codes:c}:null),r()};return n`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name}</span>
                <span class="row-note wrap">${De(c)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${c.name}`} onClick=${()=>o({passkey:c,Ask:Te})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${c.name}`} onClick=${()=>o({passkey:c,Ask:Ne})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" disabled=${!d} onClick=${()=>o({Ask:Ie})}>${e("addPasskey")}</button>
    </div>
    ${!d&&n`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${a&&n`<${a.Ask} model=${s} passkey=${a.passkey} codes=${a.codes} known=${t.passkeys.length>0} close=${p} done=${u} />`}
  `}var De=({made:s,used:t})=>[e("passkeyMade",{time:f(s)}),t?e("passkeyUsed",{time:f(t)}):e("passkeyUnused")].join(" · ");function Ie({model:s,known:t,close:i,done:a}){let[o,r]=l(q().replace("-"," · ")),d=async p=>{let{state:u,options:c}=await s.api.post("/me/passkeys/begin",p),$=await Y(c),{recoveryCodes:h}=await s.api.post("/me/passkeys",{state:u,credential:$,name:o});s.toast(e("passkeyAdded")),a(h)};return n`<${C} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} passkeys=${t} close=${i} work=${d}>
    <${S} label=${e("passkeyName")} value=${o} change=${r} required maxlength="64" autocomplete="off" />
  <//>`}function Ne({model:s,passkey:t,known:i,close:a,done:o}){let r=async p=>{await s.api.post(`/me/passkeys/${t.id}/removal`,p),o()},d=e("removePasskeyQuestion",{name:t.name});return n`<${C} model=${s} title=${e("removePasskey")} text=${d} action=${e("removePasskey")} danger passkeys=${i} close=${a} work=${r} />`}function Te({model:s,passkey:t,close:i,done:a}){let[o,r]=l(t.name),[d,p]=l(""),u=b(async c=>{c.preventDefault(),p("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:o}),a()}catch($){p(g($))}});return n`<${k} title=${e("renamePasskey")} close=${i}>
    <form onSubmit=${u}>
      <${S} label=${e("passkeyName")} value=${o} change=${r} required maxlength="64" autocomplete="off" problem=${d} />
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function pe({model:s}){let[t,i]=l(null),[a,o]=l(null),r=()=>s.attempt(async()=>i(await s.api.get("/me/factors")));if(A(()=>{r()},[]),!t)return null;let d=m=>o(()=>m),p=()=>{o(null),r()},u=m=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${m.id}`),await r()}),{factors:c,appSince:$,recoveryLeft:h,remembered:y}=t;return n`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${$?e("appSince",{time:f($)}):e("secondFactorHint")}</p>
    ${c.length>0&&n`<p class=${h<3?"problem":"dim"}>${e("recoveryLeft",{count:h})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>d(Ue)}>${e($?"setUpOtherApp":"setUpApp")}</button>
      ${c.length>0&&n`<button type="button" onClick=${()=>d(Re)}>${e("newRecoveryCodes")}</button>`}
      ${$&&n`<button type="button" class="danger-text" onClick=${()=>d(Le)}>${e("removeApp")}</button>`}
    </div>
    ${y.length>0&&n`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${y.map(m=>n`<li class="row" key=${m.id}>
                <span class="row-main">
                  <span class="file-sign"><${P} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${m.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:f(m.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${m.name}`} onClick=${()=>u(m)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${a&&n`<${a} model=${s} known=${c.includes("passkey")} close=${()=>o(null)} done=${p} />`}
  `}function Ue({model:s,known:t,close:i,done:a}){let[o,r]=l(null),[d,p]=l(null),[u,c]=l(""),[$,h]=l(""),y=b(async m=>{m.preventDefault(),h("");try{p((await s.api.post("/me/factors/totp/confirm",{ticket:o.ticket,code:u})).codes)}catch(v){h(g(v))}});if(d)return n`<${T} model=${s} codes=${d} done=${a} />`;if(!o){let m=async v=>r(await s.api.post("/me/factors/totp",v));return n`<${C} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} passkeys=${t} close=${i} work=${m} />`}return n`<${k} title=${e("setUpApp")} close=${i}>
    <form onSubmit=${y}>
      <${se} told=${o} />
      <${ee} hint=${e("appCodeNewHint")} value=${u} change=${c} problem=${$} />
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function Re({model:s,known:t,close:i,done:a}){let[o,r]=l(null);if(o)return n`<${T} model=${s} codes=${o} done=${a} />`;let d=async p=>r((await s.api.post("/me/factors/recovery",p)).codes);return n`<${C} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} passkeys=${t} close=${i} work=${d} />`}function Le({model:s,known:t,close:i,done:a}){let o=async r=>{await s.api.post("/me/factors/totp/removal",r),a()};return n`<${C} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger passkeys=${t} close=${i} work=${o} />`}var le={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},L=s=>s&&Object.hasOwn(le,s)?e(le[s]):"",me={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},Fe={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function ue({what:s,outcome:t}){return t==="ok"?e(Fe[s]):e(Object.hasOwn(me,t)?me[t]:"refusedOtherwise")}var _e=new Set(["second_factor_needed","enrolment_needed"]),Q=({what:s,outcome:t})=>t!=="ok"?_e.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",We=5e3;function $e(s){let t=(o,r)=>o?.what==="log_in"&&o.outcome==="ok"&&o.device===r.device&&o.at-r.at<We,i=o=>s[o-1],a=o=>s[o+1];return s.map((o,r)=>a(r)?.what==="new_device"&&t(o,a(r))?{...o,what:"new_device"}:o).filter((o,r)=>o.what!=="new_device"||s[r].what!=="new_device"||!t(i(r),o))}function fe({model:s}){let[t,i]=l(""),[a,o]=l(0),[r,d]=l([]),p=()=>o(u=>u+1);return n`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${we}
      model=${s}
      path="/me/sessions"
      version=${a}
      known=${d}
      end=${({id:u})=>s.api.delete(`/me/sessions/${u}`)}
      revoke=${({id:u})=>s.api.delete(`/devices/${u}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>i("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>i("all")}>${e("endAll")}</button>
    </div>
    ${t&&n`<${Ee} model=${s} all=${t==="all"} sessions=${r} close=${()=>i("")} again=${p} />`}
  `}function Qe({model:s,path:t,mayAct:i}){return n`
    <h2 class="list-head">${e("devices")}</h2>
    <${we}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${i}
      end=${({id:a})=>s.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>s.api.delete(`${t}/devices/${a}`)}
    />
  `}function we({model:s,path:t,version:i=0,mayAct:a=!0,known:o=()=>{},end:r,revoke:d}){let[p,u]=l(null),[c,$]=l(null),h=M(),y=async()=>{let w=await s.api.all(t);u(w),o(w)},m=J(s,y,[t,i]);if(!p)return n`<${K} model=${s} away=${m} />`;let v=p.filter(w=>w.loggedIn||w.current).sort(Me),O=p.filter(w=>!v.includes(w)),{session:x,act:I,word:_}=c??{},ye=()=>s.attempt(async()=>{await I(x),await y(),h.current?.focus()}),E=(w,W,ke)=>n`<li class="row" key=${w.id}>
    <span class="row-main">
      <span class="file-sign"><${P} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${F(w)}</span>
        <span class="row-note wrap">${je(w)}</span>
      </span>
    </span>
    ${a&&!w.current&&n`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${W}Of`,{name:F(w)})} onClick=${()=>$({session:w,act:ke,word:W})}>${e(W)}</button>
      </span>`}
  </li>`;return n`
    <ul class="rows" ref=${h} tabindex="-1" aria-label=${e("sessionsHead")}>${v.map(w=>E(w,"endSession",r))}</ul>
    ${!v.length&&n`<p class="dim">${e("noSessions")}</p>`}
    ${O.length>0&&n`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:O.length})}</summary>
        <ul class="rows">${O.map(w=>E(w,"revoke",d))}</ul>
      </details>`}
    ${x&&n`<${D} title=${e(_)} text=${e(`${_}Question`,{name:F(x)})} action=${e(_)} close=${()=>$(null)} then=${ye} />`}
  `}function Ee({model:s,all:t,sessions:i,close:a,again:o}){let[r,d]=l(!1),[p,u]=l(!1),c=i.filter(m=>m.remembered&&(t||!m.current)),$=i.filter(m=>m.via==="app_password"),h=async m=>{if(m.preventDefault(),!!await s.attempt(async()=>{let{ended:O}=await s.api.post("/me/sessions/end",{current:t,devices:r,appPasswords:p});t||s.toast(e(O===1?"oneEnded":"ended",{count:O}))})){if(a(),!t)return o();location.hash="",await s.link.ask("forget")}},y=m=>m.length>0&&n`<small>${m.map(F).join(", ")}</small>`;return n`<${k} title=${e(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${h}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${r} onChange=${()=>d(!r)} /><span>${e("endDevices")}${y(c)}</span></label>
      <label class="check"><input type="checkbox" checked=${p} onChange=${()=>u(!p)} /><span>${e("endAppPasswords")}${y($)}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var Me=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,F=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function je({current:s,loggedIn:t,connected:i,used:a,address:o,via:r,began:d,remembered:p}){let u=i?e("connectedNow"):a&&e("lastUsed",{time:f(a)});if(!t)return[s?e("thisDevice"):e("loggedOut"),p&&e("remembered")].filter(Boolean).join(" · ");let c=d&&e("signedInSince",{time:f(d)});return[s&&e("thisDevice"),u,o,L(r),c,p&&e("remembered")].filter(Boolean).join(" · ")}var Be={ok:"check",asked:"lock",refused:"failed"};function he({model:s}){let t=X(s,"/me/sign-ins"),i={...t,items:t.items&&$e(t.items)};return n`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${Z} model=${s} listing=${i} icon="lock" empty=${e("noSignIns")} row=${Ve} />
  `}function Ve(s){let{at:t,address:i,via:a,name:o,count:r}=s,d=r>1&&e("times",{count:r});return n`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${Q(s)}`}>
      <span class="file-sign"><${P} name=${Be[Q(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${ue(s)}</span>
        <span class="row-note wrap">${[f(t),d,L(a),i,o].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var qe=[fe,pe,ce,re,de,ie,he];function Ye({model:s}){return n`<div class="page">
    <${G} title=${e("security")} back=${N("settings")} />
    <div class="page-body">${qe.map(t=>n`<${t} key=${t.name} model=${s} />`)}</div>
  </div>`}B({en:oe,zh:ne});export{ve as LetDevice,Ye as Security,Qe as SessionsOf};
