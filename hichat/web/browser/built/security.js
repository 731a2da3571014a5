import{A as te,B as oe,C as T,D as q,F as E,G as ne,H as ae,I as P,K as ie,Na as $e,O as G,P as V,Q as x,T as U,U as g,V as D,W as re,X as de,Z as ce,_ as le,a as c,b,ea as Q,f as o,fa as pe,g as K,ga as W,ha as me,i as H,ia as ue,l as B,m as J,n as e,o as h,s as A,t as F,u as X,v as Z,w as R,x as ee,z as se}from"./client.js";var fe={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",freshLogInHint:"You have no password here: this works within five minutes after you have logged in.",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"Last used {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",leaveProvider:"Log out here and at {name}",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in",allConversations:"all conversations",botDisabled:"disabled",botNameHint:"The name of its account.",botForEver:"for ever",botNoGroups:"It is in no group. You may take it into groups that you look after.",botToken:"Token",botTokenEnded:"ended {time}",botTokenEnds:"ends {time}",botTokenFor:"Good for",botTokenNameHint:"By which you will know it, such as the program that uses it.",botTokenOnce:"Whoever has this token is the bot. It is not shown again.",botTokenOnly:"Only in these conversations (none: in all)",botTokens:"Tokens",botTokensHint:"A program uses a token in place of a password. Give each program its own.",botTokenUnused:"not used yet",botTokenUsed:"last used {time}",botWithYou:"With you",botsHint:"A bot is a program with an account of its own. Everybody sees that it is one.",deleteBot:"Delete the bot",deleteBotQuestion:"{name} is deleted for ever. What it has written stays.",makeBot:"Make a bot",makeBotToken:"Make a token",noBots:"You have no bots.",oneBotToken:"1 token",renameBot:"Rename",revokeBotToken:"Revoke the token",revokeBotTokenQuestion:"{name} is void at once, and what uses it is disconnected.",scope_manage:"manage groups",scope_read:"read and hear",scope_send:"write",scopes:"It may",someBotTokens:"{count} tokens",someDays:"{count} days",takeBotIn:"Take in",takeBotOut:"Take out"};var we={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",freshLogInHint:"你在此没有密码：请在登录后的五分钟内操作。",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",leaveProvider:"在此处和 {name} 都退出登录",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功",allConversations:"所有会话",botDisabled:"已停用",botNameHint:"机器人账号的名称。",botForEver:"永久",botNoGroups:"它不在任何群里。你可以把它加入你管理的群。",botToken:"令牌",botTokenEnded:"已于 {time} 失效",botTokenEnds:"{time} 失效",botTokenFor:"有效期",botTokenNameHint:"便于你辨认，例如使用它的程序。",botTokenOnce:"持有此令牌者即可代表该机器人。此令牌不会再次显示。",botTokenOnly:"仅限这些会话（不选：所有会话）",botTokens:"令牌",botTokensHint:"程序用令牌代替密码。请为每个程序各建一个。",botTokenUnused:"尚未使用",botTokenUsed:"上次使用 {time}",botWithYou:"与你的会话",botsHint:"机器人是拥有自己账号的程序。所有人都能看到它是机器人。",deleteBot:"删除机器人",deleteBotQuestion:"{name} 将被永久删除，它发送过的内容会保留。",makeBot:"创建机器人",makeBotToken:"创建令牌",noBots:"你还没有机器人。",oneBotToken:"1 个令牌",renameBot:"改名",revokeBotToken:"吊销令牌",revokeBotTokenQuestion:"{name} 将立即失效，正在使用它的程序会断开连接。",scope_manage:"管理群",scope_read:"读取和接收",scope_send:"发送",scopes:"权限",someBotTokens:"{count} 个令牌",someDays:"{count} 天",takeBotIn:"加入",takeBotOut:"移出"};function O({model:s,title:t,text:n,action:d,danger:a=!1,close:r,work:i,children:l}){let[m,$]=c({password:!0,factors:[]}),[p,k]=c(""),[v,w]=c(""),[u,C]=c("");b(()=>{s.attempt(async()=>$(await s.api.get("/me/factors")))},[]);let f=m.password?"password":["totp","recovery"].find(S=>m.factors.includes(S)),N=async S=>{w(""),C("");try{await i(await S())}catch(y){(f==="password"&&R(y)?C:w)(T(y))}},I=P(S=>(S.preventDefault(),N(()=>f?{[f]:p}:{}))),Y=P(()=>N(async()=>{let{state:S,options:y}=await s.api.post("/me/passkeys/show");return{passkey:{state:S,credential:await ae(y)}}}));return o`<${g} title=${t} close=${r}>
    <form onSubmit=${I}>
      <p>${n}</p>
      ${l}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      ${f==="password"&&o`<${F} label=${e("password")} problem=${u} value=${p} change=${k} required autocomplete="current-password" />`}
      ${f==="totp"&&o`<${W} hint=${e("appCodeHint")} value=${p} change=${k} />`}
      ${f==="recovery"&&o`<${A} label=${e("recoveryCode")} hint=${e("recoveryCodeHint")} value=${p} change=${k} autocomplete="off" required maxlength="64" />`}
      ${!f&&m.factors.length===0&&o`<p class="dim">${e("freshLogInHint")}</p>`}
      ${v&&o`<p class="problem" role="alert">${v}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        ${m.factors.includes("passkey")&&E()&&o`<button type="button" onClick=${Y}>${e("withAnotherPasskey")}</button>`}
        ${(f||m.factors.length===0)&&o`<button class=${a?"danger":"primary"}>${d}</button>`}
      </div>
    </form>
  <//>`}function Be({model:s}){let[t,n]=c(""),[d,a]=c(""),[r,i]=c(""),[l,m]=c(""),[$,p]=c(!1),k=async v=>{v.preventDefault(),i(""),m("");let w=u=>q(i,Z)(u)||q(m,R)(u);await s.attempt(()=>s.link.ask("changePassword",t,d,B()),e("passwordChanged"),w)&&(n(""),a(""))};return o`<div class="page">
    <${U} title=${e("account")} back=${x("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${k}>
        <h2>${e("changePassword")}</h2>
        <p class="dim">${e("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${F} label=${e("oldPassword")} problem=${l} value=${t} change=${n} required autocomplete="current-password" />
        <${X} label=${e("newPassword")} problem=${r} value=${d} change=${a} />
        <div class="actions"><button class="primary">${e("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${e("yourData")}</h2>
        <p class="dim">${e("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>pe(s,"/me/export",e("dataComes"))}>${e("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${e("deleteAccount")}</h2>
        <p class="dim">${e("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>p(!0)}>${e("deleteAccount")}</button></div>
      </div>
    </div>
    ${$&&o`<${Ie} model=${s} close=${()=>p(!1)} />`}
  </div>`}function Ie({model:s,close:t}){let n=async a=>{await s.api.post("/me/deletion",a),t(),location.hash="",await s.link.ask("forget")},d={title:e("deleteAccount"),text:e("deleteAccountQuestion"),action:e("deleteAccount")};return o`<${O} model=${s} ...${d} danger close=${t} work=${n} />`}var Ue=["send","read","manage"],Fe=864e5;function _e({model:s,id:t}){return t?o`<${Re} model=${s} id=${t} />`:o`<${Le} model=${s} />`}function Le({model:s}){let[t,n]=c(null),[d,a]=c(!1);b(()=>{s.attempt(async()=>n(await s.api.get("/bots")))},[]);let r=i=>s.attempt(async()=>{let l=await s.api.post("/bots",i);V("settings","bots",l.id)});return o`<div class="page">
    <${U} title=${e("bots")} back=${x("settings")} />
    <div class="page-body">
      <p class="dim">${e("botsHint")}</p>
      ${t&&!t.length&&o`<p>${e("noBots")}</p>`}
      <ul class="rows">
        ${(t??[]).map(i=>o`<li class="row" key=${i.id}>
              <a class="row-main" href=${x("settings","bots",i.id)}>
                <${ie} model=${s} id=${i.id} name=${i.displayName} picture=${i.avatar} />
                <span class="row-text">
                  <span class="row-title">${i.displayName}<${G} of=${{bot:!0}} /></span>
                  <span class="row-note">${ke(i)}</span>
                </span>
              </a>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" class="primary" onClick=${()=>a(!0)}>${e("makeBot")}</button></div>
      ${d&&o`<${he} title=${e("makeBot")} action=${e("makeBot")} given=${{name:"",displayName:""}} then=${r} close=${()=>a(!1)} />`}
    </div>
  </div>`}var ke=({made:s,lastUse:t,disabled:n})=>[s===1?e("oneBotToken"):e("someBotTokens",{count:s}),t?e("botTokenUsed",{time:h(t)}):e("botTokenUnused"),n&&e("botDisabled")].filter(Boolean).join(" · ");function Re({model:s,id:t}){let[n,d]=c(null),[a,r]=c(null),i=`/bots/${t}`,l=()=>s.attempt(async()=>d(await s.api.get(i)));b(()=>{l()},[t]);let m=()=>r(null),$=u=>s.attempt(async()=>{await u(),await l()}),p=u=>$(()=>s.api.patch(i,u)),k=()=>s.attempt(async()=>{await s.api.delete(i),V("settings","bots")}),v=u=>s.attempt(async()=>{let C=await s.api.post(`${i}/tokens`,u);r({made:C}),await l()}),w=o`<${U} title=${n?.displayName??e("bots")} back=${x("settings","bots")} stays />`;return n?o`<div class="page">
    ${w}
    <div class="page-body">
      <${$e} quiet is="PictureField" model=${s} id=${t} name=${n.displayName} value=${n.avatar} change=${u=>p({avatar:u})} />
      <p class="dim">${n.name}<${G} of=${{bot:!0}} /> · ${ke(n)}</p>
      <div class="actions start">
        <a class="button" href=${x("chats",`user-${t}`)}>${e("message")}</a>
        <button type="button" onClick=${()=>r({naming:!0})}>${e("renameBot")}</button>
        <button type="button" class="danger-text" onClick=${()=>r({removing:!0})}>${e("deleteBot")}</button>
      </div>
      <h2 class="list-head">${e("botTokens")}</h2>
      <p class="dim">${e("botTokensHint")}</p>
      <ul class="rows">
        ${n.passes.map(u=>o`<li class="row" key=${u.id}>
              <span class="row-main">
                <span class="row-text">
                  <span class="row-title">${u.name}</span>
                  <span class="row-note wrap">${Ee(s,u)}</span>
                </span>
              </span>
              <span class="row-actions">
                <button type="button" class="small danger-text" aria-label=${`${e("revokeBotToken")}: ${u.name}`} onClick=${()=>r({revoking:u})}>${e("revoke")}</button>
              </span>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" onClick=${()=>r({making:!0})}>${e("makeBotToken")}</button></div>
      <${Qe} model=${s} bot=${n} act=${$} />
    </div>
    ${a?.naming&&o`<${he} title=${e("renameBot")} action=${e("save")} given=${n} then=${u=>p(u).then(m)} close=${m} />`}
    ${a?.making&&o`<${We} model=${s} bot=${n} then=${v} close=${m} />`}
    ${a?.made&&o`<${Me} model=${s} made=${a.made} close=${m} />`}
    ${a?.revoking&&o`<${D} title=${e("revokeBotToken")} text=${e("revokeBotTokenQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${m}
        then=${()=>$(()=>s.api.delete(`${i}/tokens/${a.revoking.id}`))} />`}
    ${a?.removing&&o`<${D} title=${e("deleteBot")} text=${e("deleteBotQuestion",{name:n.displayName})} action=${e("deleteBot")} close=${m} then=${k} />`}
  </div>`:o`<div class="page">${w}</div>`}var Ee=(s,{scopes:t,conversations:n,ends:d,used:a})=>[t.map(r=>e(`scope_${r}`)).join(", "),n?n.map(r=>s.titleOf(s.conversation(r))||r).join(", "):e("allConversations"),a?e("botTokenUsed",{time:h(a)}):e("botTokenUnused"),d&&e(d>s.now()?"botTokenEnds":"botTokenEnded",{time:h(d)})].filter(Boolean).join(" · ");function Qe({model:s,bot:t,act:n}){let d=new Set(t.groups.map(i=>i.id)),a=s.lists.get("groups").filter(({id:i,you:l})=>!d.has(i)&&["owner","admin"].includes(l.role)),r=i=>`/bots/${t.id}/groups/${i.id}`;return o`
    <h2 class="list-head">${e("groups")}</h2>
    ${!d.size&&o`<p class="dim">${e("botNoGroups")}</p>`}
    <ul class="rows">
      ${t.groups.map(i=>o`<li class="row" key=${i.id}>
            <a class="row-main" href=${x("groups",i.id)}><span class="row-text"><span class="row-title">${i.name}</span></span></a>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotOut")}: ${i.name}`} onClick=${()=>n(()=>s.api.delete(r(i)))}>${e("takeBotOut")}</button>
            </span>
          </li>`)}
      ${a.map(i=>o`<li class="row" key=${i.id}>
            <span class="row-main"><span class="row-text"><span class="row-title dim">${i.name}</span></span></span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotIn")}: ${i.name}`} onClick=${()=>n(()=>s.api.put(r(i)))}>${e("takeBotIn")}</button>
            </span>
          </li>`)}
    </ul>
  `}function he({title:s,action:t,given:n,then:d,close:a}){let[r,i]=c(n.name),[l,m]=c(n.displayName===n.name?"":n.displayName),$=P(()=>d({name:r,displayName:l}));return o`<${g} title=${s} close=${a}>
    <form onSubmit=${k=>{k.preventDefault(),$()}}>
      <${A} label=${e("name")} hint=${e("botNameHint")} value=${r} change=${i} required maxlength="64" autocomplete="off" />
      <${A} label=${e("displayName")} hint=${e("displayNameHint")} value=${l} change=${m} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${t}</button></div>
    </form>
  <//>`}function We({model:s,bot:t,then:n,close:d}){let[a,r]=c(""),[i,l]=c(["send","read"]),[m,$]=c("0"),[p,k]=c([]),v=(f,N)=>f.includes(N)?f.filter(I=>I!==N):[...f,N],w=P(()=>n({name:a,scopes:i,...p.length&&{conversations:p},...m!=="0"&&{ends:s.now()+Number(m)*Fe}})),u=f=>{f.preventDefault(),i.length&&w()},C=[{name:`user-${s.state.user}`,title:e("botWithYou")},...t.groups.map(f=>({name:`group-${f.id}`,title:f.name}))];return o`<${g} title=${e("makeBotToken")} close=${d}>
    <form onSubmit=${u}>
      <${A} label=${e("name")} hint=${e("botTokenNameHint")} value=${a} change=${r} required maxlength="64" autocomplete="off" />
      <fieldset class="choice">
        <legend>${e("scopes")}</legend>
        ${Ue.map(f=>o`<label class="check" key=${f}><input type="checkbox" checked=${i.includes(f)} onChange=${()=>l(v(i,f))} />${e(`scope_${f}`)}</label>`)}
      </fieldset>
      <fieldset class="choice">
        <legend>${e("botTokenOnly")}</legend>
        ${C.map(f=>o`<label class="check" key=${f.name}><input type="checkbox" checked=${p.includes(f.name)} onChange=${()=>k(v(p,f.name))} />${f.title}</label>`)}
      </fieldset>
      <${ee} label=${e("botTokenFor")} options=${{0:e("botForEver"),30:e("someDays",{count:30}),365:e("someDays",{count:365})}} value=${m} change=${$} />
      <div class="actions"><button type="submit" class="primary" disabled=${!i.length}>${e("makeBotToken")}</button></div>
    </form>
  <//>`}function Me({model:s,made:t,close:n}){return o`<${g} title=${t.name} close=${n}>
    <p>${e("botTokenOnce")}</p>
    <p class="app-password">
      <${Q} model=${s} label=${e("botToken")} text=${t.token} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${e("close")}</button></div>
  <//>`}function je({model:s,code:t}){let[n,d]=c(""),[a,r]=c(null),[i,l]=c(""),[m,$]=c(""),p=w=>s.api.post("/device/find",{userCode:w});b(()=>{t&&p(t).then(r,w=>l(T(w)))},[]);let k=P(async w=>{w.preventDefault();let u=w.submitter?.value!=="refuse";if(l(""),t&&ve(n)!==ve(t))return l(e("deviceCodeDiffers"));try{if(!a)return r(await p(n));await s.api.post("/device/answer",{userCode:n,allow:u}),$(u?"deviceAllowed":"deviceNotLet")}catch(C){l(T(C)),C.code==="no_such_user_code"&&r(null)}}),v=w=>{d(w),t||r(null)};return o`<main class="entry">
    <form class="card" onSubmit=${k}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${m?o`<p role="status">${e(m)}</p>
              <a href=${x("chats")}>${e("toTheChats")}</a>`:o`<p class="hint">${e("deviceWarning")}</p>
              ${a&&o`<${Ye} model=${s} device=${a} />`}
              <${A}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${i}
                value=${n}
                change=${v}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${a?o`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:o`<button class="primary">${e("continue")}</button>`}
              <a href=${x("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var ve=s=>s.replace(/[\s-]/g,"").toUpperCase();function Ye({model:s,device:t}){return o`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${h(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function ye({model:s}){let[t,n]=c(null),[d,a]=c("");if(b(()=>{s.attempt(async()=>n(await qe(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let r=()=>a(""),i=l=>{n(l),r()};return o`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:h(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&o`<${ze} key=${t.claimed} model=${s} own=${t} done=${i} />`}
    <div class="actions start">
      ${t.address&&o`<button type="button" class="danger-text" onClick=${()=>a("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&o`<button type="button" onClick=${()=>a("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${d==="change"&&o`<${Ge} model=${s} own=${t} close=${r} done=${i} />`}
    ${d==="remove"&&o`<${Ve} model=${s} close=${r} done=${i} />`}
  `}var qe=(s,t)=>t.address&&t.language!==B()?s.api.patch("/me/email",{language:B()}):t;function Ge({model:s,own:t,close:n,done:d}){let[a,r]=c(t.address?"":s.me?.email??""),i=async l=>d(await s.api.put("/me/email",{...l,address:a,language:B()}));return o`<${O} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} close=${n} work=${i}>
    <${A} label=${e("emailAddress")} type="email" value=${a} change=${r} required maxlength="254" autocomplete="email" />
  <//>`}function Ve({model:s,close:t,done:n}){let d=async a=>n(await s.api.put("/me/email",{...a,address:""}));return o`<${O} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger close=${t} work=${d} />`}function ze({model:s,own:t,done:n}){let[d,a]=c(""),[r,i]=c(""),l=P(async m=>{m.preventDefault(),i("");try{n(await s.api.post("/me/email/verification",{code:d})),s.toast(e("addressVerified"))}catch($){i(T($))}});return o`<form onSubmit=${l}>
    <${A}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${r}
      value=${d}
      change=${a}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function be({model:s}){let[t,n]=c(null),[d,a]=c(null),r=()=>s.attempt(async()=>n(await s.api.get("/me/app-passwords")));if(b(()=>{r()},[]),!t)return null;let i=()=>a(null),l=$=>{a({made:$}),r()},m=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${d.revoking.id}`),await r()});return o`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map($=>o`<li class="row" key=${$.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${$.name}</span>
                <span class="row-note wrap">${Ke($)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${$.name}`} onClick=${()=>a({revoking:$})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${()=>a({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${d?.making&&o`<${Je} model=${s} close=${i} made=${l} />`}
    ${d?.made&&o`<${Xe} model=${s} made=${d.made} close=${i} />`}
    ${d?.revoking&&o`<${D} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:d.revoking.name})} action=${e("revoke")} close=${i} then=${m} />`}
  `}var Ke=({created:s,used:t})=>[e("appPasswordMade",{time:h(s)}),t?e("appPasswordUsed",{time:h(t)}):e("appPasswordUnused")].join(" · ");function Je({model:s,close:t,made:n}){let[d,a]=c(""),r=async i=>n(await s.api.post("/me/app-passwords",{...i,name:d}));return o`<${O} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} close=${t} work=${r}>
    <${A} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${d} change=${a} required maxlength="64" autocomplete="off" />
  <//>`}function Xe({model:s,made:t,close:n}){return o`<${g} title=${t.name} close=${n}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <${Q} model=${s} label=${e("appPassword")} text=${t.password} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${n}>${e("close")}</button></div>
  <//>`}function ge({model:s}){let[t,n]=c(null),[d,a]=c(!1),[r,i]=c(null),l=()=>s.attempt(async()=>n(await s.api.get("/me/identities")));if(b(()=>{l()},[]),!t||!t.provider&&!t.items.length)return null;let m=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${r.id}`),await l()}),$=async()=>{await s.attempt(()=>s.link.ask("logOut"))&&location.assign(`${se}/session/oidc/leave`)};return o`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(p=>o`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name||p.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:h(p.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${p.name||p.provider}`}
                onClick=${()=>i(p)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${t.provider&&!t.items.length&&o`<div class="actions start">
        <button type="button" onClick=${()=>a(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${t.provider&&t.items.length>0&&o`<div class="actions start">
        <button type="button" class="danger-text" onClick=${$}>${e("leaveProvider",{name:t.provider})}</button>
      </div>`}
    ${d&&o`<${Ze} model=${s} name=${t.provider} close=${()=>a(!1)} />`}
    ${r&&o`<${D} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>i(null)} then=${m} />`}
  `}function Ze({model:s,name:t,close:n}){let[d,a]=c(""),[r,i]=c(""),l=P(async m=>{m.preventDefault(),i("");try{let $=await s.link.ask("token"),{url:p}=await te("POST","/session/oidc/link",{body:{password:d},token:$,language:B()});location.assign(p)}catch($){i(T($))}});return o`<${g} title=${e("linkWith",{name:t})} close=${n}>
    <form onSubmit=${l}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${F} label=${e("password")} value=${d} change=${a} required autocomplete="current-password" />
      ${r&&o`<p class="problem" role="alert">${r}</p>`}
      <div class="actions">
        <button type="button" onClick=${n}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function _({model:s,codes:t,done:n}){let d=()=>n();return o`<${g} title=${e("recoveryCodes")} close=${d}>
    <${ue} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${d}>${e("codesKept")}</button></div>
  <//>`}function Ae({model:s,changed:t}){let[n,d]=c(null),[a,r]=c(null),i=()=>s.attempt(async()=>d(await s.api.get("/me/passkeys")));if(b(()=>{i()},[]),!n||!n.possible&&!n.passkeys.length)return null;let l=n.possible&&E(),m=()=>r(null),$=(p=[])=>{r(p.length?{Ask:_,codes:p}:null),i(),t()};return o`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${n.passkeys.map(p=>o`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${es(p)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${p.name}`} onClick=${()=>r({passkey:p,Ask:os})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${p.name}`} onClick=${()=>r({passkey:p,Ask:ts})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!l} onClick=${()=>r({Ask:ss})}>${e("addPasskey")}</button>
    </div>
    ${!l&&o`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${a&&o`<${a.Ask} model=${s} passkey=${a.passkey} codes=${a.codes} close=${m} done=${$} />`}
  `}var es=({made:s,used:t})=>[e("passkeyMade",{time:h(s)}),t?e("passkeyUsed",{time:h(t)}):e("passkeyUnused")].join(" · ");function ss({model:s,close:t,done:n}){let[d,a]=c(oe().replace("-"," · ")),r=async i=>{let{state:l,options:m}=await s.api.post("/me/passkeys/begin",i),$=await ne(m),{recoveryCodes:p}=await s.api.post("/me/passkeys",{state:l,credential:$,name:d});s.toast(e("passkeyAdded")),n(p)};return o`<${O} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} close=${t} work=${r}>
    <${A} label=${e("passkeyName")} value=${d} change=${a} required maxlength="64" autocomplete="off" />
  <//>`}function ts({model:s,passkey:t,close:n,done:d}){let a=async i=>{await s.api.post(`/me/passkeys/${t.id}/removal`,i),d()},r=e("removePasskeyQuestion",{name:t.name});return o`<${O} model=${s} title=${e("removePasskey")} text=${r} action=${e("removePasskey")} danger close=${n} work=${a} />`}function os({model:s,passkey:t,close:n,done:d}){let[a,r]=c(t.name),[i,l]=c(""),m=P(async $=>{$.preventDefault(),l("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:a}),d()}catch(p){l(T(p))}});return o`<${g} title=${e("renamePasskey")} close=${n}>
    <form onSubmit=${m}>
      <${A} label=${e("passkeyName")} value=${a} change=${r} required maxlength="64" autocomplete="off" problem=${i} />
      <div class="actions">
        <button type="button" onClick=${n}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function Pe({model:s,turn:t}){let[n,d]=c(null),[a,r]=c(null),i=()=>s.attempt(async()=>d(await s.api.get("/me/factors")));if(b(()=>{i()},[t]),!n)return null;let l=u=>r(()=>u),m=()=>{r(null),i()},$=u=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${u.id}`),await i()}),{factors:p,appSince:k,recoveryLeft:v,remembered:w}=n;return o`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${k?e("appSince",{time:h(k)}):e("secondFactorHint")}</p>
    ${p.length>0&&o`<p class=${v<3?"problem":"dim"}>${e("recoveryLeft",{count:v})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>l(ns)}>${e(k?"setUpOtherApp":"setUpApp")}</button>
      ${p.length>0&&o`<button type="button" onClick=${()=>l(as)}>${e("newRecoveryCodes")}</button>`}
      ${k&&o`<button type="button" class="danger-text" onClick=${()=>l(is)}>${e("removeApp")}</button>`}
    </div>
    ${w.length>0&&o`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${w.map(u=>o`<li class="row" key=${u.id}>
                <span class="row-main">
                  <span class="file-sign"><${H} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${u.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:h(u.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${u.name}`} onClick=${()=>$(u)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${a&&o`<${a} model=${s} close=${()=>r(null)} done=${m} />`}
  `}function ns({model:s,close:t,done:n}){let[d,a]=c(null),[r,i]=c(null),[l,m]=c(""),[$,p]=c(""),k=P(async v=>{v.preventDefault(),p("");try{i((await s.api.post("/me/factors/totp/confirm",{ticket:d.ticket,code:l})).codes)}catch(w){p(T(w))}});if(r)return o`<${_} model=${s} codes=${r} done=${n} />`;if(!d){let v=async w=>a(await s.api.post("/me/factors/totp",w));return o`<${O} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} close=${t} work=${v} />`}return o`<${g} title=${e("setUpApp")} close=${t}>
    <form onSubmit=${k}>
      <${me} told=${d} />
      <${W} hint=${e("appCodeNewHint")} value=${l} change=${m} problem=${$} />
      <div class="actions">
        <button type="button" onClick=${t}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function as({model:s,close:t,done:n}){let[d,a]=c(null);if(d)return o`<${_} model=${s} codes=${d} done=${n} />`;let r=async i=>a((await s.api.post("/me/factors/recovery",i)).codes);return o`<${O} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} close=${t} work=${r} />`}function is({model:s,close:t,done:n}){let d=async a=>{await s.api.post("/me/factors/totp/removal",a),n()};return o`<${O} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger close=${t} work=${d} />`}var Ce={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},M=s=>s&&Object.hasOwn(Ce,s)?e(Ce[s]):"",Oe={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},rs={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function Te({what:s,outcome:t}){return t==="ok"?e(rs[s]):e(Object.hasOwn(Oe,t)?Oe[t]:"refusedOtherwise")}var ds=new Set(["second_factor_needed","enrolment_needed"]),z=({what:s,outcome:t})=>t!=="ok"?ds.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",cs=5e3;function xe(s){let t=(a,r)=>a?.what==="log_in"&&a.outcome==="ok"&&a.device===r.device&&a.at-r.at<cs,n=a=>s[a-1],d=a=>s[a+1];return s.map((a,r)=>d(r)?.what==="new_device"&&t(a,d(r))?{...a,what:"new_device"}:a).filter((a,r)=>a.what!=="new_device"||s[r].what!=="new_device"||!t(n(r),a))}function He({model:s}){let[t,n]=c(""),[d,a]=c(0),[r,i]=c([]),l=()=>a(m=>m+1);return o`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${Se}
      model=${s}
      path="/me/sessions"
      version=${d}
      known=${i}
      end=${({id:m})=>s.api.delete(`/me/sessions/${m}`)}
      revoke=${({id:m})=>s.api.delete(`/devices/${m}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>n("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>n("all")}>${e("endAll")}</button>
    </div>
    ${t&&o`<${ps} model=${s} all=${t==="all"} sessions=${r} close=${()=>n("")} again=${l} />`}
  `}function ls({model:s,path:t,mayAct:n}){return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${Se}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${n}
      end=${({id:d})=>s.api.post(`${t}/sign-out`,{device:d})}
      revoke=${({id:d})=>s.api.delete(`${t}/devices/${d}`)}
    />
  `}function Se({model:s,path:t,version:n=0,mayAct:d=!0,known:a=()=>{},end:r,revoke:i}){let[l,m]=c(null),[$,p]=c(null),k=K(),v=async()=>{let y=await s.api.all(t);m(y),a(y)},w=de(s,v,[t,n]);if(!l)return o`<${re} model=${s} away=${w} />`;let u=l.filter(y=>y.loggedIn||y.current).sort(ms),C=l.filter(y=>!u.includes(y)),{session:f,act:N,word:I}=$??{},Y=()=>s.attempt(async()=>{await N(f),await v(),k.current?.focus()}),S=(y,L,Ne)=>o`<li class="row" key=${y.id}>
    <span class="row-main">
      <span class="file-sign"><${H} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${j(y)}</span>
        <span class="row-note wrap">${us(y)}</span>
      </span>
    </span>
    ${d&&!y.current&&o`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${L}Of`,{name:j(y)})} onClick=${()=>p({session:y,act:Ne,word:L})}>${e(L)}</button>
      </span>`}
  </li>`;return o`
    <ul class="rows" ref=${k} tabindex="-1" aria-label=${e("sessionsHead")}>${u.map(y=>S(y,"endSession",r))}</ul>
    ${!u.length&&o`<p class="dim">${e("noSessions")}</p>`}
    ${C.length>0&&o`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:C.length})}</summary>
        <ul class="rows">${C.map(y=>S(y,"revoke",i))}</ul>
      </details>`}
    ${f&&o`<${D} title=${e(I)} text=${e(`${I}Question`,{name:j(f)})} action=${e(I)} close=${()=>p(null)} then=${Y} />`}
  `}function ps({model:s,all:t,sessions:n,close:d,again:a}){let[r,i]=c(!1),[l,m]=c(!1),$=n.filter(u=>u.remembered&&(t||!u.current)),[p,k]=c([]);b(()=>{s.api.get("/me/app-passwords").then(k,()=>{})},[]);let v=async u=>{if(u.preventDefault(),!!await s.attempt(async()=>{let{ended:f}=await s.api.post("/me/sessions/end",{current:t,devices:r,appPasswords:l});t||s.toast(e(f===1?"oneEnded":"ended",{count:f}))})){if(d(),!t)return a();location.hash="",await s.link.ask("forget")}},w=u=>u.length>0&&o`<small>${u.join(", ")}</small>`;return o`<${g} title=${e(t?"endAll":"endOthers")} close=${d}>
    <form onSubmit=${v}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${r} onChange=${()=>i(!r)} /><span>${e("endDevices")}${w($.map(j))}</span></label>
      <label class="check"><input type="checkbox" checked=${l} onChange=${()=>m(!l)} /><span>${e("endAppPasswords")}${w(p.map(({name:u})=>u))}</span></label>
      <div class="actions">
        <button type="button" onClick=${d}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var ms=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,j=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function us({current:s,loggedIn:t,connected:n,used:d,address:a,via:r,began:i,remembered:l}){let m=n?e("connectedNow"):d&&e("lastUsed",{time:h(d)});if(!t)return[s?e("thisDevice"):e("loggedOut"),l&&e("remembered")].filter(Boolean).join(" · ");let $=i&&e("signedInSince",{time:h(i)});return[s&&e("thisDevice"),m,a,M(r),$,l&&e("remembered")].filter(Boolean).join(" · ")}var $s={ok:"check",asked:"lock",refused:"failed"};function De({model:s}){let t=ce(s,"/me/sign-ins"),n={...t,items:t.items&&xe(t.items)};return o`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${le} model=${s} listing=${n} icon="lock" empty=${e("noSignIns")} row=${fs} />
  `}function fs(s){let{at:t,address:n,via:d,name:a,count:r}=s,i=r>1&&e("times",{count:r});return o`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${z(s)}`}>
      <span class="file-sign"><${H} name=${$s[z(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${Te(s)}</span>
        <span class="row-note wrap">${[h(t),i,M(d),n,a].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var ws=[He,Pe,Ae,be,ge,ye,De];function ks({model:s}){let[t,n]=c(0),d=()=>n(a=>a+1);return o`<div class="page">
    <${U} title=${e("security")} back=${x("settings")} />
    <div class="page-body">${ws.map(a=>o`<${a} key=${a.name} model=${s} turn=${t} changed=${d} />`)}</div>
  </div>`}J({en:fe,zh:we});export{Be as Account,_e as Bots,je as LetDevice,ks as Security,ls as SessionsOf};
