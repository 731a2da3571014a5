import{A as O,B as j,C as m,D as K,F as d,H as R,I as k,J as I,K as X,M as F,a as l,b as N,d as _,f as n,i as P,m as G,n as e,o as g,q as Y,r as C,s as w,w as q,y as M}from"./client.js";var J={accountsHead:"New accounts",addressHead:"Address",adminAudit:"Audit log",adminFindPeople:"Find people",adminOnline:"Who is online",adminPeople:"People",adminRegistration:"Registration and invites",adminReport:"Report",adminReports:"Reports",adminSettings:"Settings of the server",adminStorage:"Storage and growth",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noInvites:"There are no invites.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",settingDefault:"default",settingEmpty:"(empty)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var V={accountsHead:"新账号",addressHead:"地址",adminAudit:"审计日志",adminFindPeople:"查找用户",adminOnline:"在线用户",adminPeople:"用户",adminRegistration:"注册与邀请",adminReport:"举报",adminReports:"举报",adminSettings:"服务器设置",adminStorage:"存储与增长",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noInvites:"没有邀请码。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",settingDefault:"默认值",settingEmpty:"（空）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var pe=250,$e=50;function T(t){let[o,s]=l(t);return N(()=>{let i=setTimeout(()=>s(t),pe);return()=>clearTimeout(i)},[t]),o}function v(t,o,s={}){let i=Object.entries(s).filter(([,p])=>p!==void 0&&p!==""),a=`${o}?${new URLSearchParams([...i.map(([p,A])=>[p,String(A)]),["limit",String($e)]])}`,[r,$]=l(null),[c,u]=l(0),h=_("");h.current=`${a} ${c}`;let f=async(p,A)=>{let ce=h.current,W=await t.api.get(p);ce===h.current&&$({base:a,items:[...A,...W.items],next:W.next})},H=I(t,()=>f(a,[]),[a,c]),x=r?.base===a?r:null,D=x?.next,z=x&&D?()=>f(`${a}&cursor=${encodeURIComponent(D)}`,x.items):null;return{items:x?.items??null,more:z,again:()=>u(p=>p+1),away:H}}function b({model:t,listing:o,row:s,icon:i,empty:a}){let{items:r,more:$,away:c}=o;return r?r.length?n`
    <ul class="rows">${r.map(s)}</ul>
    ${$&&n`<${X} key=${r.length} load=${$} />`}
  `:n`<div role="status"><${O} icon=${i} text=${a} /></div>`:n`<${k} model=${t} away=${c} />`}function Z({label:t,value:o,change:s}){return n`<form class="filter" role="search" onSubmit=${i=>i.preventDefault()}>
    <${P} name="search" />
    <input
      type="search"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${i=>s(i.currentTarget.value)}
    />
  </form>`}function L({label:t,options:o,value:s,change:i}){return n`<label class="select">
    <span>${t}</span>
    <select value=${s} onChange=${a=>i(a.currentTarget.value)}>
      ${Object.entries(o).map(([a,r])=>n`<option key=${a} value=${a} selected=${a===s}>${r}</option>`)}
    </select>
  </label>`}function E({facts:t}){return n`<dl class="facts">
    ${t.filter(([,o])=>o!==void 0&&o!==""&&o!==null).map(([o,s])=>n`<div key=${o}><dt>${o}</dt><dd>${s}</dd></div>`)}
  </dl>`}function S(t,o){let[s,i]=l(null),[a,r]=l(0),c=I(t,async()=>{o&&i(await t.api.get(o))},[o,a]);return{found:s,away:c,again:()=>r(u=>u+1),set:i}}var ue="1000";function ee({model:t,more:o}){return o?n`<${ve} model=${t} id=${o} />`:n`<${ge} model=${t} />`}var y=t=>t?.name?`${t.displayName} (${t.name})`:e("deletedAccount"),te=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function ge({model:t}){let[o,s]=l("open"),i=v(t,"/admin/reports",{state:o});return n`<div class="page">
    <${d} title=${e("adminReports")} back=${m("admin")} />
    <div class="page-body">
      <div class="filters">
        <${L} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${o} change=${s} />
      </div>
      <${b} model=${t} listing=${i} icon="flag" empty=${e("noReports")} row=${fe} />
    </div>
  </div>`}function fe(t){let o=t.message?t.message.text||t.message.files.join(", "):e("reportOfPerson");return n`<li key=${t.id} class="row">
    <a class="row-main" href=${m("admin","reports",t.id)}>
      <span class="row-text">
        <span class="row-title">${t.about.displayName??e("deletedAccount")}: ${M()[t.reason]}</span>
        <span class="row-note" dir="auto">${o}</span>
        <span class="row-note">${t.closed?`${te()[t.outcome]} · ${g(t.closed)}`:g(t.time)}</span>
      </span>
    </a>
  </li>`}function ve({model:t,id:o}){let{found:s,away:i}=S(t,`/admin/reports/${encodeURIComponent(o)}`);return n`<div class="page">
    <${d} title=${e("adminReport")} back=${m("admin","reports")} stays />
    <div class="page-body">
      ${s?n`<${be} found=${s} />`:n`<${k} model=${t} away=${i} />`}
      ${s&&!s.closed&&n`<${he} model=${t} found=${s} />`}
    </div>
  </div>`}function be({found:t}){let{message:o,profile:s}=t,i=o&&(o.group?`${e("group")}: ${o.groupName}`:o.user?e("privateChat"):e("announcements"));return n`
    ${o&&n`<figure class="reported">
        <blockquote dir="auto">${o.text}</blockquote>
        ${o.files.length>0&&n`<ul>${o.files.map((a,r)=>n`<li key=${r} dir="auto">${a}</li>`)}</ul>`}
        <figcaption>${o.name} · ${g(o.time)} · ${i}${o.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${s&&n`<figure class="reported"><blockquote dir="auto">${s.bio||e("noBio")}</blockquote><figcaption>${s.displayName} (${s.name})</figcaption></figure>`}
    <${E}
      facts=${[[e("reportReason"),M()[t.reason]],[e("reportSays"),t.text],[e("reportAbout"),`${y(t.about)}${t.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),y(t.reporter)],[e("reportTime"),g(t.time)],[e("reportClosed"),t.closed&&`${g(t.closed)} · ${y(t.closedBy)}`],[e("reportOutcome"),t.outcome&&te()[t.outcome]],[e("reportNote"),t.note]]}
    />
  `}function he({model:t,found:o}){let[s,i]=l(""),[a,r]=l(""),$=f=>t.attempt(async()=>{await t.api.post(`/admin/reports/${o.id}/close`,{outcome:f,note:s.trim()}),j("admin","reports")},e("reportDone")),c={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},u={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},h=o.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return n`
    <${w} label=${e("reportNoteFor")} value=${s} change=${i} rows="2" maxlength=${ue} />
    <div class="actions start">
      <button type="button" onClick=${()=>$("dismissed")}>${e("reportDismiss")}</button>
      ${h.map(f=>n`<button type="button" key=${f} class="danger-text" onClick=${()=>r(f)}>${c[f]}</button>`)}
    </div>
    ${a&&n`<${R} title=${c[a]} text=${u[a]} action=${c[a]} close=${()=>r("")} then=${()=>$(a)} />`}
  `}var ye="2000";function oe({model:t}){let[o,s]=l(""),[i,a]=l(!1),r=v(t,"/admin/announcements"),$=()=>t.attempt(async()=>{await t.api.post("/admin/announcements",{text:o.trim()}),s(""),r.again()},e("announced")),c=u=>n`<li key=${u.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${u.recalled?e("recalledMessage"):u.text||e("announcedFile")}</span>
        <span class="row-note">${y(u.by)} · ${g(u.time)}${u.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return n`<div class="page">
    <${d} title=${e("announcements")} back=${m("admin")} />
    <div class="page-body">
      <form onSubmit=${u=>(u.preventDefault(),o.trim()&&a(!0))}>
        <${w} label=${e("announce")} value=${o} change=${s} rows="3" maxlength=${ye} />
        <div class="actions start"><button class="primary" disabled=${!o.trim()}>${e("announceSend")}</button></div>
      </form>
      <${b} model=${t} listing=${r} icon="megaphone" empty=${e("noAnnouncements")} row=${c} />
    </div>
    ${i&&n`<${R} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>a(!1)} then=${$} />`}
  </div>`}function ne({model:t}){let[o,s]=l(""),[i,a]=l(""),[r,$]=l(""),[c,u]=l(0),h=T(o).trim();N(()=>{let H=!1;return u(0),h&&t.api.get(`/users?limit=10&text=${encodeURIComponent(h)}`).then(({items:x})=>H||u(x[0]?.id??0),()=>{}),()=>H=!0},[h]);let f=v(t,"/admin/audit",{user:h?c||we:"",act:T(i).trim(),since:r?Y(r):""});return n`<div class="page">
    <${d} title=${e("adminAudit")} back=${m("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${w} label=${e("auditUser")} type="search" value=${o} change=${s} maxlength="64" autocomplete="off" />
        <${w} label=${e("auditAct")} type="search" value=${i} change=${a} maxlength="64" autocomplete="off" />
        <${w} label=${e("auditSince")} type="date" value=${r} change=${$} />
      </div>
      <${b} model=${t} listing=${f} icon="list" empty=${f.more?e("auditLookOn"):e("noEntries")} row=${ke} />
      ${f.items?.length===0&&f.more&&n`<div class="actions start"><button type="button" onClick=${f.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var we=Number.MAX_SAFE_INTEGER;function ke(t){let o=t.actor?y(t.actor):t.via==="command"?e("byCommand"):e("nobodySignedIn"),s=t.whose&&t.whose.id!==t.actor?.id&&`→ ${y(t.whose)}`,i=[g(t.time),t.via,t.address,t.device&&e("deviceNumber",{number:t.device}),t.group&&`${e("group")} ${t.group}`,t.count>1&&`×${t.count}`];return n`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.act}${t.outcome==="ok"?"":` (${t.outcome})`}: ${o} ${s}</span>
      <span class="row-note wrap">${i.filter(Boolean).join(" · ")}</span>
      ${t.detail&&n`<span class="row-note wrap">${t.detail}</span>`}
    </span>
  </li>`}function se({model:t}){let o=v(t,"/admin/online");return n`<div class="page">
    <${d} title=${e("adminOnline")} back=${m("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${o.again}>${e("lookAgain")}</button></div>
      <${b} model=${t} listing=${o} icon="person" empty=${e("nobodyOnline")} row=${Se} />
    </div>
  </div>`}function Se({user:t,devices:o}){return n`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title">${y(t)}</span>
      ${o.map((s,i)=>n`<span key=${i} class="row-note wrap">${[s.device?e("deviceNumber",{number:s.device}):e("v1Device"),s.address,s.since&&e("since",{time:g(s.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}function ie({model:t}){let[o,s]=l(""),i=v(t,"/users",{text:T(o).trim()});return n`<div class="page">
    <${d} title=${e("adminPeople")} back=${m("admin")} />
    <div class="page-body">
      <${Z} label=${e("adminFindPeople")} value=${o} change=${s} />
      <${b}
        model=${t}
        listing=${i}
        icon="search"
        empty=${e("nobodyFound")}
        row=${a=>n`<${K} key=${a.id} model=${t} person=${a} note=${a.name} />`}
      />
    </div>
  </div>`}var U="/admin/registration";function re({model:t}){return n`<div class="page">
    <${d} title=${e("adminRegistration")} back=${m("admin")} />
    <div class="page-body">
      <${He} model=${t} />
      <${xe} model=${t} />
    </div>
  </div>`}var ae=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function He({model:t}){let{found:o,away:s,set:i}=S(t,U);if(!o)return n`<${k} model=${t} away=${s} />`;let a=c=>t.attempt(async()=>i(await t.api.put(U,{policy:c})),e("saved")),r=()=>t.attempt(async()=>i(await t.api.delete(U)),e("saved")),$={...ae(),local:e("makersLocal")};return n`
    <${q} label=${e("whoRegisters")} options=${ae()} value=${o.policy} change=${a} />
    <p class="dim">
      ${o.chosen?e("makersChosen",{name:y(o.chosenBy),time:g(o.chosen),setting:$[o.setting]}):e("makersSetting",{setting:$[o.setting]})}
    </p>
    ${o.chosen&&n`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function xe({model:t}){let[o,s]=l("1"),[i,a]=l("7"),[r,$]=l("member"),[c,u]=l(""),[h,f]=l(null),H=v(t,"/admin/invites"),x=p=>{p.preventDefault(),t.attempt(async()=>{let A=await t.api.post("/admin/invites",{uses:Number(o),days:Number(i),role:r});u(A.code),H.again()})},D=()=>t.attempt(async()=>{await t.api.delete(`/admin/invites/${h.id}`),H.again()}),z=p=>n`<li key=${p.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:p.left,uses:p.uses??p.left})}</span>
        <span class="row-note wrap">${e(p.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:g(p.expires)})} · ${p.by?y(p.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>f(p)}>${e("revoke")}</button></span>
    </li>`;return n`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${x}>
      <${w} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${o} change=${s} />
      <${w} label=${e("inviteDays")} type="number" min="1" max="366" required value=${i} change=${a} />
      <${L} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${$} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${c&&n`<p class="made-code"><code>${c}</code>
          <button type="button" class="small" onClick=${()=>t.attempt(()=>navigator.clipboard.writeText(c),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${b} model=${t} listing=${H} icon="invite" empty=${e("noInvites")} row=${z} />
    ${h&&n`<${R} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>f(null)} then=${D} />`}
  `}function le({model:t}){let o=v(t,"/admin/settings");return n`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${d} title=${e("adminSettings")} back=${m("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${b} model=${t} listing=${o} icon="settings" empty=${e("noEntries")} row=${Oe} />
    </div>
  </div>`}function Oe(t){let o=t.secret?e("settingSecret"):t.value??e("settingEmpty");return n`<li key=${t.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.name} = ${o}</span>
      <span class="row-note wrap">${t.source==="default"?e("settingDefault"):e("settingFrom",{source:t.source})} · ${t.about}</span>
    </span>
  </li>`}function me({model:t}){let o=S(t,"/admin/workers"),s=S(t,"/admin/nodes"),i=()=>{o.again(),s.again()};return n`<div class="page">
    <${d} title=${e("adminWorkers")} back=${m("admin")} />
    <div class="page-body">
      ${!o.found&&n`<${k} model=${t} away=${o.away} />`}
      ${o.found&&n`<${Q}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${o.found.items.map(a=>[a.host,a.worker,a.version,a.connections,a.users,a.lag,g(a.began)])}
        />`}
      <div class="actions start"><button type="button" onClick=${i}>${e("lookAgain")}</button></div>
      ${s.found?.items.length>0&&n`<h2 class="list-head">${e("nodesHead")}</h2>
          <${Q}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${s.found.items.map(a=>[a.number,Re()[a.state],a.address,a.version,a.connections??"",a.lag??"",g(a.since)])}
          />`}
    </div>
  </div>`}var Re=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function de({model:t}){let o=S(t,"/admin/storage"),s=S(t,"/admin/growth"),{found:i}=o,a=r=>r===void 0?e("notKnownYet"):C(r);return n`<div class="page">
    <${d} title=${e("adminStorage")} back=${m("admin")} />
    <div class="page-body">
      ${!(i&&s.found)&&n`<${k} model=${t} away=${o.away||s.away} />`}
      ${i&&n`<${E}
          facts=${[[e("databaseSize"),a(i.database)],[e("indexSize"),a(i.search)],[e("uploadsSize"),i.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:i.uploads,size:C(i.uploadsBytes)})],...i.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:C(r.free),size:C(r.size)})]),[e("allEvents"),s.found?.events],[e("allAccounts"),s.found?.accounts]]}
        />`}
      ${s.found&&n`<h2 class="list-head">${e("growthHead")}</h2>
          <${Q} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${s.found.days.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function Q({name:t,heads:o,rows:s}){return n`<div class="table" tabindex="0" role="region" aria-label=${t}>
    <table>
      <thead><tr>${o.map(i=>n`<th key=${i} scope="col">${i}</th>`)}</tr></thead>
      <tbody>${s.map((i,a)=>n`<tr key=${a}>${i.map((r,$)=>n`<td key=${$} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var B=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:ie},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:ee},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:oe},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:re},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:se},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:me},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:de},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:ne},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:le}];function Ae({model:t,selected:o}){let s=B.filter(({least:i})=>F(t.me,i));return n`
    <${d} title=${e("administration")} back=${m("settings")} stays />
    ${t.me&&!s.length&&n`<${O} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${s.map(({name:i,title:a,icon:r})=>n`<li key=${i} class=${o===i?"row selected":"row"}>
            <a class="row-main setting" href=${m("admin",i)} aria-current=${o===i?"page":void 0}>
              <${P} name=${r} />${e(a)}
            </a>
          </li>`)}
    </ul>
  `}function Ce({model:t,name:o,more:s}){let i=B.find(a=>a.name===o);return t.me?i&&F(t.me,i.least)?n`<${i.Page} model=${t} more=${s} />`:n`<div class="page">
    <${d} title=${e("administration")} back=${m("admin")} />
    <${O} icon="lock" text=${e("notForYou")} />
  </div>`:n`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}G({en:J,zh:V});export{Ae as Administration,Ce as Section};
