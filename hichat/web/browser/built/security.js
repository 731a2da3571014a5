import{A as z,B as G,C as b,F as R,G as K,H as J,I as A,M as T,P as X,Q as g,R as I,S as Z,T as ee,V as se,W as te,a as c,b as k,ba as F,ca as oe,da as ne,f as o,g as B,i as P,j as q,l as D,m as V,n as e,o as w,s as C,t as U,z as Y}from"./client.js";var ae={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",freshLogInHint:"You have no password here: this works within five minutes after you have logged in.",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"Last used {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",leaveProvider:"Log out here and at {name}",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var ie={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",freshLogInHint:"你在此没有密码：请在登录后的五分钟内操作。",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",leaveProvider:"在此处和 {name} 都退出登录",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function ge({model:s,code:t}){let[i,a]=c(""),[n,r]=c(null),[d,p]=c(""),[m,u]=c(""),l=f=>s.api.post("/device/find",{userCode:f});k(()=>{t&&l(t).then(r,f=>p(b(f)))},[]);let v=A(async f=>{f.preventDefault();let $=f.submitter?.value!=="refuse";if(p(""),t&&re(i)!==re(t))return p(e("deviceCodeDiffers"));try{if(!n)return r(await l(i));await s.api.post("/device/answer",{userCode:i,allow:$}),u($?"deviceAllowed":"deviceNotLet")}catch(x){p(b(x)),x.code==="no_such_user_code"&&r(null)}}),y=f=>{a(f),t||r(null)};return o`<main class="entry">
    <form class="card" onSubmit=${v}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${m?o`<p role="status">${e(m)}</p>
              <a href=${T("chats")}>${e("toTheChats")}</a>`:o`<p class="hint">${e("deviceWarning")}</p>
              ${n&&o`<${be} model=${s} device=${n} />`}
              <${C}
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
              ${n?o`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:o`<button class="primary">${e("continue")}</button>`}
              <a href=${T("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var re=s=>s.replace(/[\s-]/g,"").toUpperCase();function be({model:s,device:t}){return o`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${w(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function O({model:s,title:t,text:i,action:a,danger:n=!1,close:r,work:d,children:p}){let[m,u]=c({password:!0,factors:[]}),[l,v]=c(""),[y,f]=c("");k(()=>{s.attempt(async()=>u(await s.api.get("/me/factors")))},[]);let $=m.password?"password":["totp","recovery"].find(S=>m.factors.includes(S)),x=async S=>{f("");try{await d(await S())}catch(N){f(b(N))}},H=A(S=>(S.preventDefault(),x(()=>$?{[$]:l}:{}))),Q=A(()=>x(async()=>{let{state:S,options:N}=await s.api.post("/me/passkeys/show");return{passkey:{state:S,credential:await J(N)}}}));return o`<${g} title=${t} close=${r}>
    <form onSubmit=${H}>
      <p>${i}</p>
      ${p}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      ${$==="password"&&o`<${U} label=${e("password")} value=${l} change=${v} required autocomplete="current-password" />`}
      ${$==="totp"&&o`<${F} hint=${e("appCodeHint")} value=${l} change=${v} />`}
      ${$==="recovery"&&o`<${C} label=${e("recoveryCode")} hint=${e("recoveryCodeHint")} value=${l} change=${v} autocomplete="off" required maxlength="64" />`}
      ${!$&&m.factors.length===0&&o`<p class="dim">${e("freshLogInHint")}</p>`}
      ${y&&o`<p class="problem" role="alert">${y}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        ${m.factors.includes("passkey")&&R()&&o`<button type="button" onClick=${Q}>${e("withAnotherPasskey")}</button>`}
        ${($||m.factors.length===0)&&o`<button class=${n?"danger":"primary"}>${a}</button>`}
      </div>
    </form>
  <//>`}function de({model:s}){let[t,i]=c(null),[a,n]=c("");if(k(()=>{s.attempt(async()=>i(await Ae(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let r=()=>n(""),d=p=>{i(p),r()};return o`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:w(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&o`<${Oe} key=${t.claimed} model=${s} own=${t} done=${d} />`}
    <div class="actions start">
      ${t.address&&o`<button type="button" class="danger-text" onClick=${()=>n("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&o`<button type="button" onClick=${()=>n("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${a==="change"&&o`<${Pe} model=${s} own=${t} close=${r} done=${d} />`}
    ${a==="remove"&&o`<${Ce} model=${s} close=${r} done=${d} />`}
  `}var Ae=(s,t)=>t.address&&t.language!==D()?s.api.patch("/me/email",{language:D()}):t;function Pe({model:s,own:t,close:i,done:a}){let[n,r]=c(t.address?"":s.me?.email??""),d=async p=>a(await s.api.put("/me/email",{...p,address:n,language:D()}));return o`<${O} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} close=${i} work=${d}>
    <${C} label=${e("emailAddress")} type="email" value=${n} change=${r} required maxlength="254" autocomplete="email" />
  <//>`}function Ce({model:s,close:t,done:i}){let a=async n=>i(await s.api.put("/me/email",{...n,address:""}));return o`<${O} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger close=${t} work=${a} />`}function Oe({model:s,own:t,done:i}){let[a,n]=c(""),[r,d]=c(""),p=A(async m=>{m.preventDefault(),d("");try{i(await s.api.post("/me/email/verification",{code:a})),s.toast(e("addressVerified"))}catch(u){d(b(u))}});return o`<form onSubmit=${p}>
    <${C}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${r}
      value=${a}
      change=${n}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function ce({model:s}){let[t,i]=c(null),[a,n]=c(null),r=()=>s.attempt(async()=>i(await s.api.get("/me/app-passwords")));if(k(()=>{r()},[]),!t)return null;let d=()=>n(null),p=u=>{n({made:u}),r()},m=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await r()});return o`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(u=>o`<li class="row" key=${u.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${u.name}</span>
                <span class="row-note wrap">${Se(u)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${u.name}`} onClick=${()=>n({revoking:u})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${()=>n({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${a?.making&&o`<${xe} model=${s} close=${d} made=${p} />`}
    ${a?.made&&o`<${He} model=${s} made=${a.made} close=${d} />`}
    ${a?.revoking&&o`<${I} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${d} then=${m} />`}
  `}var Se=({created:s,used:t})=>[e("appPasswordMade",{time:w(s)}),t?e("appPasswordUsed",{time:w(t)}):e("appPasswordUnused")].join(" · ");function xe({model:s,close:t,made:i}){let[a,n]=c(""),r=async d=>i(await s.api.post("/me/app-passwords",{...d,name:a}));return o`<${O} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} close=${t} work=${r}>
    <${C} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${a} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function He({model:s,made:t,close:i}){let a=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return o`<${g} title=${t.name} close=${i}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${n=>n.currentTarget.select()} />
      <${q} icon="copy" label=${e("copy")} onClick=${a} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${i}>${e("close")}</button></div>
  <//>`}function pe({model:s}){let[t,i]=c(null),[a,n]=c(!1),[r,d]=c(null),p=()=>s.attempt(async()=>i(await s.api.get("/me/identities")));if(k(()=>{p()},[]),!t||!t.provider&&!t.items.length)return null;let m=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${r.id}`),await p()}),u=async()=>{await s.attempt(()=>s.link.ask("logOut"))&&location.assign(`${Y}/session/oidc/leave`)};return o`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(l=>o`<li class="row" key=${l.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${l.name||l.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:w(l.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${l.name||l.provider}`}
                onClick=${()=>d(l)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${t.provider&&!t.items.length&&o`<div class="actions start">
        <button type="button" onClick=${()=>n(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${t.provider&&t.items.length>0&&o`<div class="actions start">
        <button type="button" class="danger-text" onClick=${u}>${e("leaveProvider",{name:t.provider})}</button>
      </div>`}
    ${a&&o`<${De} model=${s} name=${t.provider} close=${()=>n(!1)} />`}
    ${r&&o`<${I} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>d(null)} then=${m} />`}
  `}function De({model:s,name:t,close:i}){let[a,n]=c(""),[r,d]=c(""),p=A(async m=>{m.preventDefault(),d("");try{let u=await s.link.ask("token"),{url:l}=await z("POST","/session/oidc/link",{body:{password:a},token:u,language:D()});location.assign(l)}catch(u){d(b(u))}});return o`<${g} title=${e("linkWith",{name:t})} close=${i}>
    <form onSubmit=${p}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${a} change=${n} required autocomplete="current-password" />
      ${r&&o`<p class="problem" role="alert">${r}</p>`}
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function L({model:s,codes:t,done:i}){let a=()=>i();return o`<${g} title=${e("recoveryCodes")} close=${a}>
    <${ne} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("codesKept")}</button></div>
  <//>`}function le({model:s,changed:t}){let[i,a]=c(null),[n,r]=c(null),d=()=>s.attempt(async()=>a(await s.api.get("/me/passkeys")));if(k(()=>{d()},[]),!i||!i.possible&&!i.passkeys.length)return null;let p=i.possible&&R(),m=()=>r(null),u=(l=[])=>{r(l.length?{Ask:L,codes:l}:null),d(),t()};return o`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${i.passkeys.map(l=>o`<li class="row" key=${l.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${l.name}</span>
                <span class="row-note wrap">${Ie(l)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${l.name}`} onClick=${()=>r({passkey:l,Ask:Le})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${l.name}`} onClick=${()=>r({passkey:l,Ask:Te})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!p} onClick=${()=>r({Ask:Ne})}>${e("addPasskey")}</button>
    </div>
    ${!p&&o`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${n&&o`<${n.Ask} model=${s} passkey=${n.passkey} codes=${n.codes} close=${m} done=${u} />`}
  `}var Ie=({made:s,used:t})=>[e("passkeyMade",{time:w(s)}),t?e("passkeyUsed",{time:w(t)}):e("passkeyUnused")].join(" · ");function Ne({model:s,close:t,done:i}){let[a,n]=c(G().replace("-"," · ")),r=async d=>{let{state:p,options:m}=await s.api.post("/me/passkeys/begin",d),u=await K(m),{recoveryCodes:l}=await s.api.post("/me/passkeys",{state:p,credential:u,name:a});s.toast(e("passkeyAdded")),i(l)};return o`<${O} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} close=${t} work=${r}>
    <${C} label=${e("passkeyName")} value=${a} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function Te({model:s,passkey:t,close:i,done:a}){let n=async d=>{await s.api.post(`/me/passkeys/${t.id}/removal`,d),a()},r=e("removePasskeyQuestion",{name:t.name});return o`<${O} model=${s} title=${e("removePasskey")} text=${r} action=${e("removePasskey")} danger close=${i} work=${n} />`}function Le({model:s,passkey:t,close:i,done:a}){let[n,r]=c(t.name),[d,p]=c(""),m=A(async u=>{u.preventDefault(),p("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:n}),a()}catch(l){p(b(l))}});return o`<${g} title=${e("renamePasskey")} close=${i}>
    <form onSubmit=${m}>
      <${C} label=${e("passkeyName")} value=${n} change=${r} required maxlength="64" autocomplete="off" problem=${d} />
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function me({model:s,turn:t}){let[i,a]=c(null),[n,r]=c(null),d=()=>s.attempt(async()=>a(await s.api.get("/me/factors")));if(k(()=>{d()},[t]),!i)return null;let p=$=>r(()=>$),m=()=>{r(null),d()},u=$=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${$.id}`),await d()}),{factors:l,appSince:v,recoveryLeft:y,remembered:f}=i;return o`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${v?e("appSince",{time:w(v)}):e("secondFactorHint")}</p>
    ${l.length>0&&o`<p class=${y<3?"problem":"dim"}>${e("recoveryLeft",{count:y})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>p(Ue)}>${e(v?"setUpOtherApp":"setUpApp")}</button>
      ${l.length>0&&o`<button type="button" onClick=${()=>p(Re)}>${e("newRecoveryCodes")}</button>`}
      ${v&&o`<button type="button" class="danger-text" onClick=${()=>p(Fe)}>${e("removeApp")}</button>`}
    </div>
    ${f.length>0&&o`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${f.map($=>o`<li class="row" key=${$.id}>
                <span class="row-main">
                  <span class="file-sign"><${P} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${$.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:w($.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${$.name}`} onClick=${()=>u($)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${n&&o`<${n} model=${s} close=${()=>r(null)} done=${m} />`}
  `}function Ue({model:s,close:t,done:i}){let[a,n]=c(null),[r,d]=c(null),[p,m]=c(""),[u,l]=c(""),v=A(async y=>{y.preventDefault(),l("");try{d((await s.api.post("/me/factors/totp/confirm",{ticket:a.ticket,code:p})).codes)}catch(f){l(b(f))}});if(r)return o`<${L} model=${s} codes=${r} done=${i} />`;if(!a){let y=async f=>n(await s.api.post("/me/factors/totp",f));return o`<${O} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} close=${t} work=${y} />`}return o`<${g} title=${e("setUpApp")} close=${t}>
    <form onSubmit=${v}>
      <${oe} told=${a} />
      <${F} hint=${e("appCodeNewHint")} value=${p} change=${m} problem=${u} />
      <div class="actions">
        <button type="button" onClick=${t}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function Re({model:s,close:t,done:i}){let[a,n]=c(null);if(a)return o`<${L} model=${s} codes=${a} done=${i} />`;let r=async d=>n((await s.api.post("/me/factors/recovery",d)).codes);return o`<${O} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} close=${t} work=${r} />`}function Fe({model:s,close:t,done:i}){let a=async n=>{await s.api.post("/me/factors/totp/removal",n),i()};return o`<${O} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger close=${t} work=${a} />`}var ue={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},_=s=>s&&Object.hasOwn(ue,s)?e(ue[s]):"",$e={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},_e={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function fe({what:s,outcome:t}){return t==="ok"?e(_e[s]):e(Object.hasOwn($e,t)?$e[t]:"refusedOtherwise")}var We=new Set(["second_factor_needed","enrolment_needed"]),M=({what:s,outcome:t})=>t!=="ok"?We.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",Qe=5e3;function we(s){let t=(n,r)=>n?.what==="log_in"&&n.outcome==="ok"&&n.device===r.device&&n.at-r.at<Qe,i=n=>s[n-1],a=n=>s[n+1];return s.map((n,r)=>a(r)?.what==="new_device"&&t(n,a(r))?{...n,what:"new_device"}:n).filter((n,r)=>n.what!=="new_device"||s[r].what!=="new_device"||!t(i(r),n))}function he({model:s}){let[t,i]=c(""),[a,n]=c(0),[r,d]=c([]),p=()=>n(m=>m+1);return o`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${ve}
      model=${s}
      path="/me/sessions"
      version=${a}
      known=${d}
      end=${({id:m})=>s.api.delete(`/me/sessions/${m}`)}
      revoke=${({id:m})=>s.api.delete(`/devices/${m}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>i("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>i("all")}>${e("endAll")}</button>
    </div>
    ${t&&o`<${Me} model=${s} all=${t==="all"} sessions=${r} close=${()=>i("")} again=${p} />`}
  `}function Ee({model:s,path:t,mayAct:i}){return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${ve}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${i}
      end=${({id:a})=>s.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>s.api.delete(`${t}/devices/${a}`)}
    />
  `}function ve({model:s,path:t,version:i=0,mayAct:a=!0,known:n=()=>{},end:r,revoke:d}){let[p,m]=c(null),[u,l]=c(null),v=B(),y=async()=>{let h=await s.api.all(t);m(h),n(h)},f=ee(s,y,[t,i]);if(!p)return o`<${Z} model=${s} away=${f} />`;let $=p.filter(h=>h.loggedIn||h.current).sort(je),x=p.filter(h=>!$.includes(h)),{session:H,act:Q,word:S}=u??{},N=()=>s.attempt(async()=>{await Q(H),await y(),v.current?.focus()}),j=(h,E,ke)=>o`<li class="row" key=${h.id}>
    <span class="row-main">
      <span class="file-sign"><${P} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${W(h)}</span>
        <span class="row-note wrap">${Be(h)}</span>
      </span>
    </span>
    ${a&&!h.current&&o`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${E}Of`,{name:W(h)})} onClick=${()=>l({session:h,act:ke,word:E})}>${e(E)}</button>
      </span>`}
  </li>`;return o`
    <ul class="rows" ref=${v} tabindex="-1" aria-label=${e("sessionsHead")}>${$.map(h=>j(h,"endSession",r))}</ul>
    ${!$.length&&o`<p class="dim">${e("noSessions")}</p>`}
    ${x.length>0&&o`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:x.length})}</summary>
        <ul class="rows">${x.map(h=>j(h,"revoke",d))}</ul>
      </details>`}
    ${H&&o`<${I} title=${e(S)} text=${e(`${S}Question`,{name:W(H)})} action=${e(S)} close=${()=>l(null)} then=${N} />`}
  `}function Me({model:s,all:t,sessions:i,close:a,again:n}){let[r,d]=c(!1),[p,m]=c(!1),u=i.filter($=>$.remembered&&(t||!$.current)),[l,v]=c([]);k(()=>{s.api.get("/me/app-passwords").then(v,()=>{})},[]);let y=async $=>{if($.preventDefault(),!!await s.attempt(async()=>{let{ended:H}=await s.api.post("/me/sessions/end",{current:t,devices:r,appPasswords:p});t||s.toast(e(H===1?"oneEnded":"ended",{count:H}))})){if(a(),!t)return n();location.hash="",await s.link.ask("forget")}},f=$=>$.length>0&&o`<small>${$.join(", ")}</small>`;return o`<${g} title=${e(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${y}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${r} onChange=${()=>d(!r)} /><span>${e("endDevices")}${f(u.map(W))}</span></label>
      <label class="check"><input type="checkbox" checked=${p} onChange=${()=>m(!p)} /><span>${e("endAppPasswords")}${f(l.map(({name:$})=>$))}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var je=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,W=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function Be({current:s,loggedIn:t,connected:i,used:a,address:n,via:r,began:d,remembered:p}){let m=i?e("connectedNow"):a&&e("lastUsed",{time:w(a)});if(!t)return[s?e("thisDevice"):e("loggedOut"),p&&e("remembered")].filter(Boolean).join(" · ");let u=d&&e("signedInSince",{time:w(d)});return[s&&e("thisDevice"),m,n,_(r),u,p&&e("remembered")].filter(Boolean).join(" · ")}var qe={ok:"check",asked:"lock",refused:"failed"};function ye({model:s}){let t=se(s,"/me/sign-ins"),i={...t,items:t.items&&we(t.items)};return o`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${te} model=${s} listing=${i} icon="lock" empty=${e("noSignIns")} row=${Ve} />
  `}function Ve(s){let{at:t,address:i,via:a,name:n,count:r}=s,d=r>1&&e("times",{count:r});return o`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${M(s)}`}>
      <span class="file-sign"><${P} name=${qe[M(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${fe(s)}</span>
        <span class="row-note wrap">${[w(t),d,_(a),i,n].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var Ye=[he,me,le,ce,pe,de,ye];function ze({model:s}){let[t,i]=c(0),a=()=>i(n=>n+1);return o`<div class="page">
    <${X} title=${e("security")} back=${T("settings")} />
    <div class="page-body">${Ye.map(n=>o`<${n} key=${n.name} model=${s} turn=${t} changed=${a} />`)}</div>
  </div>`}V({en:ae,zh:ie});export{ge as LetDevice,ze as Security,Ee as SessionsOf};
