import{A as Y,B as z,C as b,F as R,G,H as K,I as A,M as T,P as J,Q as g,R as I,S as X,T as Z,V as ee,W as se,a as p,b as v,ba as F,ca as te,da as oe,f as o,g as B,i as P,j as q,l as D,m as V,n as e,o as w,s as C,t as U}from"./client.js";var ne={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",freshLogInHint:"You have no password here: this works within five minutes after you have logged in.",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"Last used {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var ae={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",freshLogInHint:"你在此没有密码：请在登录后的五分钟内操作。",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};function ke({model:s,code:t}){let[r,a]=p(""),[n,i]=p(null),[d,l]=p(""),[m,c]=p(""),$=u=>s.api.post("/device/find",{userCode:u});v(()=>{t&&$(t).then(i,u=>l(b(u)))},[]);let k=A(async u=>{u.preventDefault();let f=u.submitter?.value!=="refuse";if(l(""),t&&ie(r)!==ie(t))return l(e("deviceCodeDiffers"));try{if(!n)return i(await $(r));await s.api.post("/device/answer",{userCode:r,allow:f}),c(f?"deviceAllowed":"deviceNotLet")}catch(x){l(b(x)),x.code==="no_such_user_code"&&i(null)}}),y=u=>{a(u),t||i(null)};return o`<main class="entry">
    <form class="card" onSubmit=${k}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${m?o`<p role="status">${e(m)}</p>
              <a href=${T("chats")}>${e("toTheChats")}</a>`:o`<p class="hint">${e("deviceWarning")}</p>
              ${n&&o`<${ge} model=${s} device=${n} />`}
              <${C}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${d}
                value=${r}
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
  </main>`}var ie=s=>s.replace(/[\s-]/g,"").toUpperCase();function ge({model:s,device:t}){return o`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${w(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function O({model:s,title:t,text:r,action:a,danger:n=!1,close:i,work:d,children:l}){let[m,c]=p({password:!0,factors:[]}),[$,k]=p(""),[y,u]=p("");v(()=>{s.attempt(async()=>c(await s.api.get("/me/factors")))},[]);let f=m.password?"password":["totp","recovery"].find(S=>m.factors.includes(S)),x=async S=>{u("");try{await d(await S())}catch(N){u(b(N))}},H=A(S=>(S.preventDefault(),x(()=>f?{[f]:$}:{}))),Q=A(()=>x(async()=>{let{state:S,options:N}=await s.api.post("/me/passkeys/show");return{passkey:{state:S,credential:await K(N)}}}));return o`<${g} title=${t} close=${i}>
    <form onSubmit=${H}>
      <p>${r}</p>
      ${l}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      ${f==="password"&&o`<${U} label=${e("password")} value=${$} change=${k} required autocomplete="current-password" />`}
      ${f==="totp"&&o`<${F} hint=${e("appCodeHint")} value=${$} change=${k} />`}
      ${f==="recovery"&&o`<${C} label=${e("recoveryCode")} hint=${e("recoveryCodeHint")} value=${$} change=${k} autocomplete="off" required maxlength="64" />`}
      ${!f&&m.factors.length===0&&o`<p class="dim">${e("freshLogInHint")}</p>`}
      ${y&&o`<p class="problem" role="alert">${y}</p>`}
      <div class="actions">
        <button type="button" onClick=${i}>${e("cancel")}</button>
        ${m.factors.includes("passkey")&&R()&&o`<button type="button" onClick=${Q}>${e("withAnotherPasskey")}</button>`}
        ${(f||m.factors.length===0)&&o`<button class=${n?"danger":"primary"}>${a}</button>`}
      </div>
    </form>
  <//>`}function re({model:s}){let[t,r]=p(null),[a,n]=p("");if(v(()=>{s.attempt(async()=>r(await be(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let i=()=>n(""),d=l=>{r(l),i()};return o`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:w(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&o`<${Ce} key=${t.claimed} model=${s} own=${t} done=${d} />`}
    <div class="actions start">
      ${t.address&&o`<button type="button" class="danger-text" onClick=${()=>n("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&o`<button type="button" onClick=${()=>n("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${a==="change"&&o`<${Ae} model=${s} own=${t} close=${i} done=${d} />`}
    ${a==="remove"&&o`<${Pe} model=${s} close=${i} done=${d} />`}
  `}var be=(s,t)=>t.address&&t.language!==D()?s.api.patch("/me/email",{language:D()}):t;function Ae({model:s,own:t,close:r,done:a}){let[n,i]=p(t.address?"":s.me?.email??""),d=async l=>a(await s.api.put("/me/email",{...l,address:n,language:D()}));return o`<${O} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} close=${r} work=${d}>
    <${C} label=${e("emailAddress")} type="email" value=${n} change=${i} required maxlength="254" autocomplete="email" />
  <//>`}function Pe({model:s,close:t,done:r}){let a=async n=>r(await s.api.put("/me/email",{...n,address:""}));return o`<${O} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger close=${t} work=${a} />`}function Ce({model:s,own:t,done:r}){let[a,n]=p(""),[i,d]=p(""),l=A(async m=>{m.preventDefault(),d("");try{r(await s.api.post("/me/email/verification",{code:a})),s.toast(e("addressVerified"))}catch(c){d(b(c))}});return o`<form onSubmit=${l}>
    <${C}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${i}
      value=${a}
      change=${n}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function de({model:s}){let[t,r]=p(null),[a,n]=p(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/app-passwords")));if(v(()=>{i()},[]),!t)return null;let d=()=>n(null),l=c=>{n({made:c}),i()},m=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await i()});return o`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map(c=>o`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name}</span>
                <span class="row-note wrap">${Oe(c)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${c.name}`} onClick=${()=>n({revoking:c})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${()=>n({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${a?.making&&o`<${Se} model=${s} close=${d} made=${l} />`}
    ${a?.made&&o`<${xe} model=${s} made=${a.made} close=${d} />`}
    ${a?.revoking&&o`<${I} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${d} then=${m} />`}
  `}var Oe=({created:s,used:t})=>[e("appPasswordMade",{time:w(s)}),t?e("appPasswordUsed",{time:w(t)}):e("appPasswordUnused")].join(" · ");function Se({model:s,close:t,made:r}){let[a,n]=p(""),i=async d=>r(await s.api.post("/me/app-passwords",{...d,name:a}));return o`<${O} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} close=${t} work=${i}>
    <${C} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${a} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function xe({model:s,made:t,close:r}){let a=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return o`<${g} title=${t.name} close=${r}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${n=>n.currentTarget.select()} />
      <${q} icon="copy" label=${e("copy")} onClick=${a} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${r}>${e("close")}</button></div>
  <//>`}function ce({model:s}){let[t,r]=p(null),[a,n]=p(!1),[i,d]=p(null),l=()=>s.attempt(async()=>r(await s.api.get("/me/identities")));if(v(()=>{l()},[]),!t||!t.provider&&!t.items.length)return null;let m=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${i.id}`),await l()});return o`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(c=>o`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
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
    ${t.provider&&!t.items.length&&o`<div class="actions start">
        <button type="button" onClick=${()=>n(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${a&&o`<${He} model=${s} name=${t.provider} close=${()=>n(!1)} />`}
    ${i&&o`<${I} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>d(null)} then=${m} />`}
  `}function He({model:s,name:t,close:r}){let[a,n]=p(""),[i,d]=p(""),l=A(async m=>{m.preventDefault(),d("");try{let c=await s.link.ask("token"),{url:$}=await Y("POST","/session/oidc/link",{body:{password:a},token:c,language:D()});location.assign($)}catch(c){d(b(c))}});return o`<${g} title=${e("linkWith",{name:t})} close=${r}>
    <form onSubmit=${l}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${U} label=${e("password")} value=${a} change=${n} required autocomplete="current-password" />
      ${i&&o`<p class="problem" role="alert">${i}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function L({model:s,codes:t,done:r}){let a=()=>r();return o`<${g} title=${e("recoveryCodes")} close=${a}>
    <${oe} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("codesKept")}</button></div>
  <//>`}function pe({model:s}){let[t,r]=p(null),[a,n]=p(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/passkeys")));if(v(()=>{i()},[]),!t||!t.possible&&!t.passkeys.length)return null;let d=t.possible&&R(),l=()=>n(null),m=(c=[])=>{n(c.length?{Ask:L,codes:c}:null),i()};return o`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(c=>o`<li class="row" key=${c.id}>
            <span class="row-main">
              <span class="file-sign"><${P} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${c.name}</span>
                <span class="row-note wrap">${De(c)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${c.name}`} onClick=${()=>n({passkey:c,Ask:Te})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${c.name}`} onClick=${()=>n({passkey:c,Ask:Ne})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!d} onClick=${()=>n({Ask:Ie})}>${e("addPasskey")}</button>
    </div>
    ${!d&&o`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${a&&o`<${a.Ask} model=${s} passkey=${a.passkey} codes=${a.codes} close=${l} done=${m} />`}
  `}var De=({made:s,used:t})=>[e("passkeyMade",{time:w(s)}),t?e("passkeyUsed",{time:w(t)}):e("passkeyUnused")].join(" · ");function Ie({model:s,close:t,done:r}){let[a,n]=p(z().replace("-"," · ")),i=async d=>{let{state:l,options:m}=await s.api.post("/me/passkeys/begin",d),c=await G(m),{recoveryCodes:$}=await s.api.post("/me/passkeys",{state:l,credential:c,name:a});s.toast(e("passkeyAdded")),r($)};return o`<${O} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} close=${t} work=${i}>
    <${C} label=${e("passkeyName")} value=${a} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function Ne({model:s,passkey:t,close:r,done:a}){let n=async d=>{await s.api.post(`/me/passkeys/${t.id}/removal`,d),a()},i=e("removePasskeyQuestion",{name:t.name});return o`<${O} model=${s} title=${e("removePasskey")} text=${i} action=${e("removePasskey")} danger close=${r} work=${n} />`}function Te({model:s,passkey:t,close:r,done:a}){let[n,i]=p(t.name),[d,l]=p(""),m=A(async c=>{c.preventDefault(),l("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:n}),a()}catch($){l(b($))}});return o`<${g} title=${e("renamePasskey")} close=${r}>
    <form onSubmit=${m}>
      <${C} label=${e("passkeyName")} value=${n} change=${i} required maxlength="64" autocomplete="off" problem=${d} />
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function le({model:s}){let[t,r]=p(null),[a,n]=p(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/factors")));if(v(()=>{i()},[]),!t)return null;let d=u=>n(()=>u),l=()=>{n(null),i()},m=u=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${u.id}`),await i()}),{factors:c,appSince:$,recoveryLeft:k,remembered:y}=t;return o`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${$?e("appSince",{time:w($)}):e("secondFactorHint")}</p>
    ${c.length>0&&o`<p class=${k<3?"problem":"dim"}>${e("recoveryLeft",{count:k})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>d(Le)}>${e($?"setUpOtherApp":"setUpApp")}</button>
      ${c.length>0&&o`<button type="button" onClick=${()=>d(Ue)}>${e("newRecoveryCodes")}</button>`}
      ${$&&o`<button type="button" class="danger-text" onClick=${()=>d(Re)}>${e("removeApp")}</button>`}
    </div>
    ${y.length>0&&o`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${y.map(u=>o`<li class="row" key=${u.id}>
                <span class="row-main">
                  <span class="file-sign"><${P} name="device" /></span>
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
    ${a&&o`<${a} model=${s} close=${()=>n(null)} done=${l} />`}
  `}function Le({model:s,close:t,done:r}){let[a,n]=p(null),[i,d]=p(null),[l,m]=p(""),[c,$]=p(""),k=A(async y=>{y.preventDefault(),$("");try{d((await s.api.post("/me/factors/totp/confirm",{ticket:a.ticket,code:l})).codes)}catch(u){$(b(u))}});if(i)return o`<${L} model=${s} codes=${i} done=${r} />`;if(!a){let y=async u=>n(await s.api.post("/me/factors/totp",u));return o`<${O} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} close=${t} work=${y} />`}return o`<${g} title=${e("setUpApp")} close=${t}>
    <form onSubmit=${k}>
      <${te} told=${a} />
      <${F} hint=${e("appCodeNewHint")} value=${l} change=${m} problem=${c} />
      <div class="actions">
        <button type="button" onClick=${t}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function Ue({model:s,close:t,done:r}){let[a,n]=p(null);if(a)return o`<${L} model=${s} codes=${a} done=${r} />`;let i=async d=>n((await s.api.post("/me/factors/recovery",d)).codes);return o`<${O} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} close=${t} work=${i} />`}function Re({model:s,close:t,done:r}){let a=async n=>{await s.api.post("/me/factors/totp/removal",n),r()};return o`<${O} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger close=${t} work=${a} />`}var me={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},_=s=>s&&Object.hasOwn(me,s)?e(me[s]):"",ue={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},Fe={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function $e({what:s,outcome:t}){return t==="ok"?e(Fe[s]):e(Object.hasOwn(ue,t)?ue[t]:"refusedOtherwise")}var _e=new Set(["second_factor_needed","enrolment_needed"]),M=({what:s,outcome:t})=>t!=="ok"?_e.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",We=5e3;function fe(s){let t=(n,i)=>n?.what==="log_in"&&n.outcome==="ok"&&n.device===i.device&&n.at-i.at<We,r=n=>s[n-1],a=n=>s[n+1];return s.map((n,i)=>a(i)?.what==="new_device"&&t(n,a(i))?{...n,what:"new_device"}:n).filter((n,i)=>n.what!=="new_device"||s[i].what!=="new_device"||!t(r(i),n))}function we({model:s}){let[t,r]=p(""),[a,n]=p(0),[i,d]=p([]),l=()=>n(m=>m+1);return o`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${he}
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
    ${t&&o`<${Ee} model=${s} all=${t==="all"} sessions=${i} close=${()=>r("")} again=${l} />`}
  `}function Qe({model:s,path:t,mayAct:r}){return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${he}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${r}
      end=${({id:a})=>s.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>s.api.delete(`${t}/devices/${a}`)}
    />
  `}function he({model:s,path:t,version:r=0,mayAct:a=!0,known:n=()=>{},end:i,revoke:d}){let[l,m]=p(null),[c,$]=p(null),k=B(),y=async()=>{let h=await s.api.all(t);m(h),n(h)},u=Z(s,y,[t,r]);if(!l)return o`<${X} model=${s} away=${u} />`;let f=l.filter(h=>h.loggedIn||h.current).sort(Me),x=l.filter(h=>!f.includes(h)),{session:H,act:Q,word:S}=c??{},N=()=>s.attempt(async()=>{await Q(H),await y(),k.current?.focus()}),j=(h,E,ve)=>o`<li class="row" key=${h.id}>
    <span class="row-main">
      <span class="file-sign"><${P} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${W(h)}</span>
        <span class="row-note wrap">${je(h)}</span>
      </span>
    </span>
    ${a&&!h.current&&o`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${E}Of`,{name:W(h)})} onClick=${()=>$({session:h,act:ve,word:E})}>${e(E)}</button>
      </span>`}
  </li>`;return o`
    <ul class="rows" ref=${k} tabindex="-1" aria-label=${e("sessionsHead")}>${f.map(h=>j(h,"endSession",i))}</ul>
    ${!f.length&&o`<p class="dim">${e("noSessions")}</p>`}
    ${x.length>0&&o`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:x.length})}</summary>
        <ul class="rows">${x.map(h=>j(h,"revoke",d))}</ul>
      </details>`}
    ${H&&o`<${I} title=${e(S)} text=${e(`${S}Question`,{name:W(H)})} action=${e(S)} close=${()=>$(null)} then=${N} />`}
  `}function Ee({model:s,all:t,sessions:r,close:a,again:n}){let[i,d]=p(!1),[l,m]=p(!1),c=r.filter(f=>f.remembered&&(t||!f.current)),[$,k]=p([]);v(()=>{s.api.get("/me/app-passwords").then(k,()=>{})},[]);let y=async f=>{if(f.preventDefault(),!!await s.attempt(async()=>{let{ended:H}=await s.api.post("/me/sessions/end",{current:t,devices:i,appPasswords:l});t||s.toast(e(H===1?"oneEnded":"ended",{count:H}))})){if(a(),!t)return n();location.hash="",await s.link.ask("forget")}},u=f=>f.length>0&&o`<small>${f.join(", ")}</small>`;return o`<${g} title=${e(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${y}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${i} onChange=${()=>d(!i)} /><span>${e("endDevices")}${u(c.map(W))}</span></label>
      <label class="check"><input type="checkbox" checked=${l} onChange=${()=>m(!l)} /><span>${e("endAppPasswords")}${u($.map(({name:f})=>f))}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var Me=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,W=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function je({current:s,loggedIn:t,connected:r,used:a,address:n,via:i,began:d,remembered:l}){let m=r?e("connectedNow"):a&&e("lastUsed",{time:w(a)});if(!t)return[s?e("thisDevice"):e("loggedOut"),l&&e("remembered")].filter(Boolean).join(" · ");let c=d&&e("signedInSince",{time:w(d)});return[s&&e("thisDevice"),m,n,_(i),c,l&&e("remembered")].filter(Boolean).join(" · ")}var Be={ok:"check",asked:"lock",refused:"failed"};function ye({model:s}){let t=ee(s,"/me/sign-ins"),r={...t,items:t.items&&fe(t.items)};return o`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${se} model=${s} listing=${r} icon="lock" empty=${e("noSignIns")} row=${qe} />
  `}function qe(s){let{at:t,address:r,via:a,name:n,count:i}=s,d=i>1&&e("times",{count:i});return o`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${M(s)}`}>
      <span class="file-sign"><${P} name=${Be[M(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${$e(s)}</span>
        <span class="row-note wrap">${[w(t),d,_(a),r,n].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var Ve=[we,le,pe,de,ce,re,ye];function Ye({model:s}){return o`<div class="page">
    <${J} title=${e("security")} back=${T("settings")} />
    <div class="page-body">${Ve.map(t=>o`<${t} key=${t.name} model=${s} />`)}</div>
  </div>`}V({en:ne,zh:ae});export{ke as LetDevice,Ye as Security,Qe as SessionsOf};
