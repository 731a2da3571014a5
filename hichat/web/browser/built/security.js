import{B as U,C as A,F as x,G as j,H as M,I as O,M as W,P as V,Q as P,R as Y,S as q,T as B,V as z,W as K,a as u,b as F,f as i,g as T,i as v,m as E,n as s,o as h,s as H,t as Q}from"./client.js";var G={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps and the terminal need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in"};var J={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用和终端需要应用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功"};var X=()=>null;var Z=()=>null;var ee=()=>null;function C({model:e,title:t,text:r,action:a,danger:n=!1,passkeys:o=!1,close:c,work:d,children:p}){let[l,$]=u(""),[g,y]=u(""),f=async k=>{y("");try{await d(await k())}catch(S){y(A(S))}},b=O(k=>(k.preventDefault(),f(()=>({password:l})))),w=O(()=>f(async()=>{let{state:k,options:S}=await e.api.post("/me/passkeys/show");return{passkey:{state:k,credential:await M(S)}}}));return i`<${P} title=${t} close=${c}>
    <form onSubmit=${b}>
      <p>${r}</p>
      ${p}
      <input type="text" class="hidden" autocomplete="username" value=${e.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${Q} label=${s("password")} value=${l} change=${$} required autocomplete="current-password" />
      ${g&&i`<p class="problem" role="alert">${g}</p>`}
      <div class="actions">
        <button type="button" onClick=${c}>${s("cancel")}</button>
        ${o&&x()&&i`<button type="button" onClick=${w}>${s("withAnotherPasskey")}</button>`}
        <button class=${n?"danger":"primary"}>${a}</button>
      </div>
    </form>
  <//>`}function se({model:e}){let[t,r]=u(null),[a,n]=u(null),o=()=>e.attempt(async()=>r(await e.api.get("/me/passkeys")));if(F(()=>{o()},[]),!t||!t.possible&&!t.passkeys.length)return null;let c=t.possible&&x(),d=()=>n(null),p=()=>{d(),o()};return i`
    <h2 class="list-head">${s("passkeys")}</h2>
    <p class="dim">${s("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(l=>i`<li class="row" key=${l.id}>
            <span class="row-main">
              <span class="file-sign"><${v} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${l.name}</span>
                <span class="row-note wrap">${me(l)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${s("renamePasskey")}: ${l.name}`} onClick=${()=>n({passkey:l,Ask:$e})}>${s("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${s("removePasskey")}: ${l.name}`} onClick=${()=>n({passkey:l,Ask:fe})}>${s("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" disabled=${!c} onClick=${()=>n({Ask:ue})}>${s("addPasskey")}</button>
    </div>
    ${!c&&i`<p class="dim">${s("noPasskeysHere")}</p>`}
    ${a&&i`<${a.Ask} model=${e} passkey=${a.passkey} known=${t.passkeys.length>0} close=${d} done=${p} />`}
  `}var me=({made:e,used:t})=>[s("passkeyMade",{time:h(e)}),t?s("passkeyUsed",{time:h(t)}):s("passkeyUnused")].join(" · ");function ue({model:e,known:t,close:r,done:a}){let[n,o]=u(U().replace("-"," · ")),c=async d=>{let{state:p,options:l}=await e.api.post("/me/passkeys/begin",d),$=await j(l);await e.api.post("/me/passkeys",{state:p,credential:$,name:n}),e.toast(s("passkeyAdded")),a()};return i`<${C} model=${e} title=${s("addPasskey")} text=${s("addPasskeyHint")} action=${s("addPasskey")} passkeys=${t} close=${r} work=${c}>
    <${H} label=${s("passkeyName")} value=${n} change=${o} required maxlength="64" autocomplete="off" />
  <//>`}function fe({model:e,passkey:t,known:r,close:a,done:n}){let o=async d=>{await e.api.post(`/me/passkeys/${t.id}/removal`,d),n()},c=s("removePasskeyQuestion",{name:t.name});return i`<${C} model=${e} title=${s("removePasskey")} text=${c} action=${s("removePasskey")} danger passkeys=${r} close=${a} work=${o} />`}function $e({model:e,passkey:t,close:r,done:a}){let[n,o]=u(t.name),[c,d]=u(""),p=O(async l=>{l.preventDefault(),d("");try{await e.api.patch(`/me/passkeys/${t.id}`,{name:n}),a()}catch($){d(A($))}});return i`<${P} title=${s("renamePasskey")} close=${r}>
    <form onSubmit=${p}>
      <${H} label=${s("passkeyName")} value=${n} change=${o} required maxlength="64" autocomplete="off" problem=${c} />
      <div class="actions">
        <button type="button" onClick=${r}>${s("cancel")}</button>
        <button class="primary">${s("save")}</button>
      </div>
    </form>
  <//>`}var te=()=>null;var ne={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},I=e=>e&&Object.hasOwn(ne,e)?s(ne[e]):"",oe={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},ke={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function ae({what:e,outcome:t}){return t==="ok"?s(ke[e]):s(Object.hasOwn(oe,t)?oe[t]:"refusedOtherwise")}var ye=new Set(["second_factor_needed","enrolment_needed"]),L=({what:e,outcome:t})=>t!=="ok"?ye.has(t)?"asked":"refused":e==="stolen"?"refused":"ok",we=5e3;function ie(e){let t=(n,o)=>n?.what==="log_in"&&n.outcome==="ok"&&n.device===o.device&&n.at-o.at<we,r=n=>e[n-1],a=n=>e[n+1];return e.map((n,o)=>a(o)?.what==="new_device"&&t(n,a(o))?{...n,what:"new_device"}:n).filter((n,o)=>n.what!=="new_device"||e[o].what!=="new_device"||!t(r(o),n))}function re({model:e}){let[t,r]=u(""),[a,n]=u(0),[o,c]=u([]),d=()=>n(p=>p+1);return i`
    <h2 class="list-head">${s("sessionsHead")}</h2>
    <p class="dim">${s("devicesHint")}</p>
    <${de}
      model=${e}
      path="/me/sessions"
      version=${a}
      known=${c}
      end=${({id:p})=>e.api.delete(`/me/sessions/${p}`)}
      revoke=${({id:p})=>e.api.delete(`/devices/${p}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>r("others")}>${s("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>r("all")}>${s("endAll")}</button>
    </div>
    ${t&&i`<${ge} model=${e} all=${t==="all"} sessions=${o} close=${()=>r("")} again=${d} />`}
  `}function he({model:e,path:t,mayAct:r}){return i`
    <h2 class="list-head">${s("devices")}</h2>
    <${de}
      model=${e}
      path=${`${t}/devices`}
      mayAct=${r}
      end=${({id:a})=>e.api.post(`${t}/sign-out`,{device:a})}
      revoke=${({id:a})=>e.api.delete(`${t}/devices/${a}`)}
    />
  `}function de({model:e,path:t,version:r=0,mayAct:a=!0,known:n=()=>{},end:o,revoke:c}){let[d,p]=u(null),[l,$]=u(null),g=T(),y=async()=>{let m=await e.api.all(t);p(m),n(m)},f=B(e,y,[t,r]);if(!d)return i`<${q} model=${e} away=${f} />`;let b=d.filter(m=>m.loggedIn||m.current).sort(be),w=d.filter(m=>!b.includes(m)),{session:k,act:S,word:_}=l??{},le=()=>e.attempt(async()=>{await S(k),await y(),g.current?.focus()}),R=(m,N,pe)=>i`<li class="row" key=${m.id}>
    <span class="row-main">
      <span class="file-sign"><${v} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${D(m)}</span>
        <span class="row-note wrap">${ve(m)}</span>
      </span>
    </span>
    ${a&&!m.current&&i`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${s(`${N}Of`,{name:D(m)})} onClick=${()=>$({session:m,act:pe,word:N})}>${s(N)}</button>
      </span>`}
  </li>`;return i`
    <ul class="rows" ref=${g} tabindex="-1" aria-label=${s("sessionsHead")}>${b.map(m=>R(m,"endSession",o))}</ul>
    ${!b.length&&i`<p class="dim">${s("noSessions")}</p>`}
    ${w.length>0&&i`<details class="sessions-gone">
        <summary>${s("loggedOutDevices",{count:w.length})}</summary>
        <ul class="rows">${w.map(m=>R(m,"revoke",c))}</ul>
      </details>`}
    ${k&&i`<${Y} title=${s(_)} text=${s(`${_}Question`,{name:D(k)})} action=${s(_)} close=${()=>$(null)} then=${le} />`}
  `}function ge({model:e,all:t,sessions:r,close:a,again:n}){let[o,c]=u(!1),[d,p]=u(!1),l=r.filter(f=>f.remembered&&(t||!f.current)),$=r.filter(f=>f.via==="app_password"),g=async f=>{if(f.preventDefault(),!!await e.attempt(async()=>{let{ended:w}=await e.api.post("/me/sessions/end",{current:t,devices:o,appPasswords:d});t||e.toast(s(w===1?"oneEnded":"ended",{count:w}))})){if(a(),!t)return n();location.hash="",await e.link.ask("forget")}},y=f=>f.length>0&&i`<small>${f.map(D).join(", ")}</small>`;return i`<${P} title=${s(t?"endAll":"endOthers")} close=${a}>
    <form onSubmit=${g}>
      <p>${s(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${o} onChange=${()=>c(!o)} /><span>${s("endDevices")}${y(l)}</span></label>
      <label class="check"><input type="checkbox" checked=${d} onChange=${()=>p(!d)} /><span>${s("endAppPasswords")}${y($)}</span></label>
      <div class="actions">
        <button type="button" onClick=${a}>${s("cancel")}</button>
        <button class="danger">${s(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var be=(e,t)=>Number(t.current)-Number(e.current)||t.used-e.used||t.id-e.id,D=e=>e.dialect==="v1"?`${s("v1Device")} (${e.name})`:e.name;function ve({current:e,loggedIn:t,connected:r,used:a,address:n,via:o,began:c,remembered:d}){let p=r?s("connectedNow"):a&&s("lastUsed",{time:h(a)});if(!t)return[e?s("thisDevice"):s("loggedOut"),d&&s("remembered")].filter(Boolean).join(" · ");let l=c&&s("signedInSince",{time:h(c)});return[e&&s("thisDevice"),p,n,I(o),l,d&&s("remembered")].filter(Boolean).join(" · ")}var Pe={ok:"check",asked:"lock",refused:"failed"};function ce({model:e}){let t=z(e,"/me/sign-ins"),r={...t,items:t.items&&ie(t.items)};return i`
    <h2 class="list-head">${s("signInsHead")}</h2>
    <p class="dim">${s("signInsHint")}</p>
    <${K} model=${e} listing=${r} icon="lock" empty=${s("noSignIns")} row=${Se} />
  `}function Se(e){let{at:t,address:r,via:a,name:n,count:o}=e,c=o>1&&s("times",{count:o});return i`<li class="row" key=${`${t} ${e.what} ${e.outcome} ${e.device}`}>
    <span class=${`row-main sign-in ${L(e)}`}>
      <span class="file-sign"><${v} name=${Pe[L(e)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${ae(e)}</span>
        <span class="row-note wrap">${[h(t),c,I(a),r,n].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var Oe=[re,te,se,Z,ee,X,ce];function Ae({model:e}){return i`<div class="page">
    <${V} title=${s("security")} back=${W("settings")} />
    <div class="page-body">${Oe.map(t=>i`<${t} key=${t.name} model=${e} />`)}</div>
  </div>`}E({en:G,zh:J});export{Ae as Security,he as SessionsOf};
