import{A as V,B as q,C as b,F as R,G as Y,H as z,I as A,M as N,P as G,Q as g,R as D,S as K,T as J,V as X,W as Z,a as l,b as v,ba as ee,ca as se,da as te,f as n,g as M,i as C,j,l as H,m as B,n as e,o as w,s as S,t as U}from"./client.js";var oe={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"used last on {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var ne={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function ve({model:s,code:t}){let[r,a]=l(""),[o,i]=l(null),[d,p]=l(""),[m,c]=l(""),$=u=>s.api.post("/device/find",{userCode:u});v(()=>{t&&$(t).then(i,u=>p(b(u)))},[]);let y=A(async u=>{u.preventDefault();let f=u.submitter?.value!=="refuse";if(p(""),t&&ae(r)!==ae(t))return p(e("deviceCodeDiffers"));try{if(!o)return i(await $(r));await s.api.post("/device/answer",{userCode:r,allow:f}),c(f?"deviceAllowed":"deviceNotLet")}catch(x){p(b(x)),x.code==="no_such_user_code"&&i(null)}}),k=u=>{a(u),t||i(null)};return n`<main class="entry">
    <form class="card" onSubmit=${y}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${m?n`<p role="status">${e(m)}</p>
              <a href=${N("chats")}>${e("toTheChats")}</a>`:n`<p class="hint">${e("deviceWarning")}</p>
              ${o&&n`<${ge} model=${s} device=${o} />`}
              <${S}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${d}
                value=${r}
                change=${k}
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
    <dd>${w(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function O({model:s,title:t,text:r,action:a,danger:o=!1,passkeys:i=!1,close:d,work:p,children:m}){let[c,$]=l(""),[y,k]=l(""),u=async P=>{k("");try{await p(await P())}catch(I){k(b(I))}},f=A(P=>(P.preventDefault(),u(()=>({password:c})))),x=A(()=>u(async()=>{let{state:P,options:I}=await s.api.post("/me/passkeys/show");return{passkey:{state:P,credential:await z(I)}}}));return n`<${g} title=${t} close=${d}>
    <form onSubmit=${f}>
      <p>${r}</p>
      ${m}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${c} change=${$} required autocomplete="current-password" />
      ${y&&n`<p class="problem" role="alert">${y}</p>`}
      <div class="actions">
        <button type="button" onClick=${d}>${e("cancel")}</button>
        ${i&&R()&&n`<button type="button" onClick=${x}>${e("withAnotherPasskey")}</button>`}
        <button class=${o?"danger":"primary"}>${a}</button>
      </div>
    </form>
  <//>`}function ie({model:s}){let[t,r]=l(null),[a,o]=l("");if(v(()=>{s.attempt(async()=>r(await be(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let i=()=>o(""),d=p=>{r(p),i()};return n`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:w(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&n`<${Ce} key=${t.claimed} model=${s} own=${t} done=${d} />`}
    <div class="actions">
      ${t.address&&n`<button type="button" class="danger-text" onClick=${()=>o("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&n`<button type="button" onClick=${()=>o("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${a==="change"&&n`<${Ae} model=${s} own=${t} close=${i} done=${d} />`}
    ${a==="remove"&&n`<${Pe} model=${s} close=${i} done=${d} />`}
  `}var be=(s,t)=>t.address&&t.language!==H()?s.api.patch("/me/email",{language:H()}):t;function Ae({model:s,own:t,close:r,done:a}){let[o,i]=l(t.address?"":s.me?.email??""),d=async p=>a(await s.api.put("/me/email",{...p,address:o,language:H()}));return n`<${O} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} passkeys close=${r} work=${d}>
    <${S} label=${e("emailAddress")} type="email" value=${o} change=${i} required maxlength="254" autocomplete="email" />
  <//>`}function Pe({model:s,close:t,done:r}){let a=async o=>r(await s.api.put("/me/email",{...o,address:""}));return n`<${O} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger passkeys close=${t} work=${a} />`}function Ce({model:s,own:t,done:r}){let[a,o]=l(""),[i,d]=l(""),p=A(async m=>{m.preventDefault(),d("");try{r(await s.api.post("/me/email/verification",{code:a})),s.toast(e("addressVerified"))}catch(c){d(b(c))}});return n`<form onSubmit=${p}>
    <${S}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${i}
      value=${a}
      change=${o}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function re({model:s}){let[t,r]=l(null),[a,o]=l(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/app-passwords")));if(v(()=>{i()},[]),!t)return null;let d=()=>o(null),p=c=>{o({made:c}),i()},m=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await i()});return n`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${C} name="lock" /></span>
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
    ${a?.revoking&&n`<${D} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${d} then=${m} />`}
  `}var Oe=({created:s,used:t})=>[e("appPasswordMade",{time:w(s)}),t?e("appPasswordUsed",{time:w(t)}):e("appPasswordUnused")].join(" · ");function Se({model:s,close:t,made:r}){let[a,o]=l(""),i=async d=>r(await s.api.post("/me/app-passwords",{...d,name:a}));return n`<${O} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} passkeys close=${t} work=${i}>
    <${S} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${a} change=${o} required maxlength="64" autocomplete="off" />
  <//>`}function xe({model:s,made:t,close:r}){let a=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return n`<${g} title=${t.name} close=${r}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${o=>o.currentTarget.select()} />
      <${j} icon="copy" label=${e("copy")} onClick=${a} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${r}>${e("close")}</button></div>
  <//>`}function de({model:s}){let[t,r]=l(null),[a,o]=l(!1),[i,d]=l(null),p=()=>s.attempt(async()=>r(await s.api.get("/me/identities")));if(v(()=>{p()},[]),!t||!t.provider&&!t.items.length)return null;let m=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${i.id}`),await p()});return n`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${C} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name||c.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:w(c.used)})}</span>
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
    ${i&&n`<${D} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>d(null)} then=${m} />`}
  `}function He({model:s,name:t,close:r}){let[a,o]=l(""),[i,d]=l(""),p=A(async m=>{m.preventDefault(),d("");try{let c=await s.link.ask("token"),{url:$}=await V("POST","/session/oidc/link",{body:{password:a},token:c,language:H()});location.assign($)}catch(c){d(b(c))}});return n`<${g} title=${e("linkWith",{name:t})} close=${r}>
    <form onSubmit=${p}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${a} change=${o} required autocomplete="current-password" />
      ${i&&n`<p class="problem" role="alert">${i}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function T({model:s,codes:t,done:r}){let a=()=>r();return n`<${g} title=${e("recoveryCodes")} close=${a}>
    <${te} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("codesKept")}</button></div>
  <//>`}function ce({model:s}){let[t,r]=l(null),[a,o]=l(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/passkeys")));if(v(()=>{i()},[]),!t||!t.possible&&!t.passkeys.length)return null;let d=t.possible&&R(),p=()=>o(null),m=(c=[])=>{o(c.length?{Ask:T,codes:c}:null),i()};return n`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(c=>n`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${C} name="lock" /></span>
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
    ${a&&n`<${a.Ask} model=${s} passkey=${a.passkey} codes=${a.codes} known=${t.passkeys.length>0} close=${p} done=${m} />`}
  `}var De=({made:s,used:t})=>[e("passkeyMade",{time:w(s)}),t?e("passkeyUsed",{time:w(t)}):e("passkeyUnused")].join(" · ");function Ie({model:s,known:t,close:r,done:a}){let[o,i]=l(q().replace("-"," · ")),d=async p=>{let{state:m,options:c}=await s.api.post("/me/passkeys/begin",p),$=await Y(c),{recoveryCodes:y}=await s.api.post("/me/passkeys",{state:m,credential:$,name:o});s.toast(e("passkeyAdded")),a(y)};return n`<${O} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} passkeys=${t} close=${r} work=${d}>
    <${S} label=${e("passkeyName")} value=${o} change=${i} required maxlength="64" autocomplete="off" />
  <//>`}function Ne({model:s,passkey:t,known:r,close:a,done:o}){let i=async p=>{await s.api.post(`/me/passkeys/${t.id}/removal`,p),o()},d=e("removePasskeyQuestion",{name:t.name});return n`<${O} model=${s} title=${e("removePasskey")} text=${d} action=${e("removePasskey")} danger passkeys=${r} close=${a} work=${i} />`}function Te({model:s,passkey:t,close:r,done:a}){let[o,i]=l(t.name),[d,p]=l(""),m=A(async c=>{c.preventDefault(),p("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:o}),a()}catch($){p(b($))}});return n`<${g} title=${e("renamePasskey")} close=${r}>
    <form onSubmit=${m}>
      <${S} label=${e("passkeyName")} value=${o} change=${i} required maxlength="64" autocomplete="off" problem=${d} />
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function pe({model:s}){let[t,r]=l(null),[a,o]=l(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/factors")));if(v(()=>{i()},[]),!t)return null;let d=u=>o(()=>u),p=()=>{o(null),i()},m=u=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${u.id}`),await i()}),{factors:c,appSince:$,recoveryLeft:y,remembered:k}=t;return n`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${$?e("appSince",{time:w($)}):e("secondFactorHint")}</p>
    ${c.length>0&&n`<p class=${y<3?"problem":"dim"}>${e("recoveryLeft",{count:y})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>d(Ue)}>${e($?"setUpOtherApp":"setUpApp")}</button>
      ${c.length>0&&n`<button type="button" onClick=${()=>d(Re)}>${e("newRecoveryCodes")}</button>`}
      ${$&&n`<button type="button" class="danger-text" onClick=${()=>d(Le)}>${e("removeApp")}</button>`}
    </div>
    ${k.length>0&&n`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${k.map(u=>n`<li class="row" key=${u.id}>
                <span class="row-main">
                  <span class="file-sign"><${C} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${u.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:w(u.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${u.name}`} onClick=${()=>m(u)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${a&&n`<${a} model=${s} known=${c.includes("passkey")} close=${()=>o(null)} done=${p} />`}
  `}function Ue({model:s,known:t,close:r,done:a}){let[o,i]=l(null),[d,p]=l(null),[m,c]=l(""),[$,y]=l(""),k=A(async u=>{u.preventDefault(),y("");try{p((await s.api.post("/me/factors/totp/confirm",{ticket:o.ticket,code:m})).codes)}catch(f){y(b(f))}});if(d)return n`<${T} model=${s} codes=${d} done=${a} />`;if(!o){let u=async f=>i(await s.api.post("/me/factors/totp",f));return n`<${O} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} passkeys=${t} close=${r} work=${u} />`}return n`<${g} title=${e("setUpApp")} close=${r}>
    <form onSubmit=${k}>
      <${se} told=${o} />
      <${ee} hint=${e("appCodeNewHint")} value=${m} change=${c} problem=${$} />
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function Re({model:s,known:t,close:r,done:a}){let[o,i]=l(null);if(o)return n`<${T} model=${s} codes=${o} done=${a} />`;let d=async p=>i((await s.api.post("/me/factors/recovery",p)).codes);return n`<${O} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} passkeys=${t} close=${r} work=${d} />`}function Le({model:s,known:t,close:r,done:a}){let o=async i=>{await s.api.post("/me/factors/totp/removal",i),a()};return n`<${O} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger passkeys=${t} close=${r} work=${o} />`}var le={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},L=s=>s&&Object.hasOwn(le,s)?e(le[s]):"",me={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},Fe={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function ue({what:s,outcome:t}){return t==="ok"?e(Fe[s]):e(Object.hasOwn(me,t)?me[t]:"refusedOtherwise")}var _e=new Set(["second_factor_needed","enrolment_needed"]),Q=({what:s,outcome:t})=>t!=="ok"?_e.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",We=5e3;function $e(s){let t=(o,i)=>o?.what==="log_in"&&o.outcome==="ok"&&o.device===i.device&&o.at-i.at<We,r=o=>s[o-1],a=o=>s[o+1];return s.map((o,i)=>a(i)?.what==="new_device"&&t(o,a(i))?{...o,what:"new_device"}:o).filter((o,i)=>o.what!=="new_device"||s[i].what!=="new_device"||!t(r(i),o))}function fe({model:s}){let[t,r]=l(""),[a,o]=l(0),[i,d]=l([]),p=()=>o(m=>m+1);return n`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${we}
      model=${s}
      path="/me/sessions"
      version=${a}
      known=${d}
      end=${({id:m})=>s.api.delete(`/me/sessions/${m}`)}
      revoke=${({id:m})=>s.api.delete(`/devices/${m}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>r("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>r("all")}>${e("endAll")}</button>
    </div>
    ${t&&n`<${Ee} model=${s} all=${t==="all"} sessions=${i} close=${()=>r("")} again=${p} />`}
  `}function Qe({model:s,path:t,mayAct:r}){return n`
    <h2 class="list-head">${e("devices")}</h2>
    <${we}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${r}
      end=${({id:a})=>s.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>s.api.delete(`${t}/devices/${a}`)}
    />
  `}function we({model:s,path:t,version:r=0,mayAct:a=!0,known:o=()=>{},end:i,revoke:d}){let[p,m]=l(null),[c,$]=l(null),y=M(),k=async()=>{let h=await s.api.all(t);m(h),o(h)},u=J(s,k,[t,r]);if(!p)return n`<${K} model=${s} away=${u} />`;let f=p.filter(h=>h.loggedIn||h.current).sort(Me),x=p.filter(h=>!f.includes(h)),{session:P,act:I,word:_}=c??{},ye=()=>s.attempt(async()=>{await I(P),await k(),y.current?.focus()}),E=(h,W,ke)=>n`<li class="row" key=${h.id}>
    <span class="row-main">
      <span class="file-sign"><${C} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${F(h)}</span>
        <span class="row-note wrap">${je(h)}</span>
      </span>
    </span>
    ${a&&!h.current&&n`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${W}Of`,{name:F(h)})} onClick=${()=>$({session:h,act:ke,word:W})}>${e(W)}</button>
      </span>`}
  </li>`;return n`
    <ul class="rows" ref=${y} tabindex="-1" aria-label=${e("sessionsHead")}>${f.map(h=>E(h,"endSession",i))}</ul>
    ${!f.length&&n`<p class="dim">${e("noSessions")}</p>`}
    ${x.length>0&&n`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:x.length})}</summary>
        <ul class="rows">${x.map(h=>E(h,"revoke",d))}</ul>
      </details>`}
    ${P&&n`<${D} title=${e(_)} text=${e(`${_}Question`,{name:F(P)})} action=${e(_)} close=${()=>$(null)} then=${ye} />`}
  `}function Ee({model:s,all:t,sessions:r,close:a,again:o}){let[i,d]=l(!1),[p,m]=l(!1),c=r.filter(f=>f.remembered&&(t||!f.current)),[$,y]=l([]);v(()=>{s.api.get("/me/app-passwords").then(y,()=>{})},[]);let k=async f=>{if(f.preventDefault(),!!await s.attempt(async()=>{let{ended:P}=await s.api.post("/me/sessions/end",{current:t,devices:i,appPasswords:p});t||s.toast(e(P===1?"oneEnded":"ended",{count:P}))})){if(a(),!t)return o();location.hash="",await s.link.ask("forget")}},u=f=>f.length>0&&n`<small>${f.join(", ")}</small>`;return n`<${g} title=${e(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${k}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${i} onChange=${()=>d(!i)} /><span>${e("endDevices")}${u(c.map(F))}</span></label>
      <label class="check"><input type="checkbox" checked=${p} onChange=${()=>m(!p)} /><span>${e("endAppPasswords")}${u($.map(({name:f})=>f))}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var Me=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,F=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function je({current:s,loggedIn:t,connected:r,used:a,address:o,via:i,began:d,remembered:p}){let m=r?e("connectedNow"):a&&e("lastUsed",{time:w(a)});if(!t)return[s?e("thisDevice"):e("loggedOut"),p&&e("remembered")].filter(Boolean).join(" · ");let c=d&&e("signedInSince",{time:w(d)});return[s&&e("thisDevice"),m,o,L(i),c,p&&e("remembered")].filter(Boolean).join(" · ")}var Be={ok:"check",asked:"lock",refused:"failed"};function he({model:s}){let t=X(s,"/me/sign-ins"),r={...t,items:t.items&&$e(t.items)};return n`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${Z} model=${s} listing=${r} icon="lock" empty=${e("noSignIns")} row=${Ve} />
  `}function Ve(s){let{at:t,address:r,via:a,name:o,count:i}=s,d=i>1&&e("times",{count:i});return n`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${Q(s)}`}>
      <span class="file-sign"><${C} name=${Be[Q(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${ue(s)}</span>
        <span class="row-note wrap">${[w(t),d,L(a),r,o].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var qe=[fe,pe,ce,re,de,ie,he];function Ye({model:s}){return n`<div class="page">
    <${G} title=${e("security")} back=${N("settings")} />
    <div class="page-body">${qe.map(t=>n`<${t} key=${t.name} model=${s} />`)}</div>
  </div>`}B({en:oe,zh:ne});export{ve as LetDevice,Ye as Security,Qe as SessionsOf};
