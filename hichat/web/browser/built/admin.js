import{A as j,B as U,C as g,D as ee,E as te,F as b,G as B,H as R,I as D,J as ne,K as V,L as q,M as L,N as Q,O as ie,Q as E,R as we,S as ke,a as d,b as X,d as ge,f as o,i as M,j as W,m as fe,n as e,o as h,q as ve,r as I,s as x,u as he,v as be,w as ye,x as Y,y as ae,z as Z}from"./client.js";var Oe={accountsHead:"New accounts",addressHead:"Address",adminActive:"Active",adminAny:"Any",adminArchive:"Archive",adminArchived:"Archived",adminArchiveQuestion:"Everybody in {name} can still read it, and nobody can write. You can take that back.",adminAudit:"Audit log",adminByLink:"The person sets the password with a link",adminCreated:"Made",adminDelete:"Delete the account",adminDeleted:"The account is deleted",adminDeleteQuestion:"{name} will be deleted for ever, with profile, contacts and memberships. This cannot be undone.",adminDevices:"Devices",adminDisable:"Disable",adminDisabled:"Disabled",adminDisableQuestion:"{name} is logged out everywhere and cannot log in until you enable the account.",adminDissolved:"The group is dissolved",adminEnable:"Enable",adminExport:"Export the data",adminExportComes:"Your browser saves the data now.",adminExportQuestion:"A ZIP with all that there is of {name} is saved, with every message that {name} may read. The audit log notes it.",adminFiles:"Files",adminFilesOf:"{count} ({size})",adminFindGroups:"Find groups",adminFindPeople:"Find people",adminGroupsOf:"{count}, owner of {owned}",adminIsDisabled:"This account is disabled: nobody can log in with it.",adminLastUse:"Last use",adminLink:"Link to set a password",adminLinkHint:"Give {name} this link. It is shown only now, works once, and ends {time}.",adminMade:"{name} has an account now.",adminMakeOwnerOf:"Make {name} the owner",adminMakeOwnerQuestion:"{name} becomes the owner, and the former owner an admin.",adminMakePerson:"Make an account",adminNeverUsed:"never used",adminNoDevices:"No devices",adminNoGroups:"No groups",adminOnline:"Who is online",adminOwnerLost:"Owner lost",adminOwnerLostHint:"The owner cannot log in any more: make a member the owner.",adminPeople:"People",adminPerson:"Person",adminRegistration:"Registration and invites",adminRename:"Rename",adminReport:"Report",adminReports:"Reports",adminReset:"Reset the password",adminResetQuestion:"The password of {name} is void at once, and {name} is logged out everywhere. You get a link to set another one.",adminRevokeOf:"Revoke {name}",adminRole:"Role",adminSettings:"Settings of the server",adminSignedOut:"Logged out everywhere",adminSignOut:"Log out",adminSignOutOf:"Log out {name}",adminSignOutQuestion:"{name} is logged out on all devices, and can log in again.",adminState:"State",adminStorage:"Storage and growth",adminUnarchive:"Open again",adminUnusedSeason:"Not for 90 days",adminUnusedYear:"Not for a year",adminUse:"Use",adminUsedAt:"used {time}",adminUsedMonth:"In the last 30 days",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",holdEnd:"End",holdEndOf:"End the hold of {name}",holdEndQuestion:"What is too old in the conversations of {name} is deleted within minutes, for good.",holdMake:"Make a hold",holdMakeHint:"Nothing in the conversations of {name} is deleted until somebody ends the hold.",holdOf:"Whose messages",holdReason:"Reason, for other administrators",holds:"Holds",holdsHint:"What a hold concerns is kept, however old it is: a group, or all conversations of a person.",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",keeping:"Retention and holds",keptApart:"Groups with days of their own",keptAsServer:"As the server does ({days})",keptByServer:"Messages are kept",keptByServerHint:"The setting HICHAT_RETENTION of the daemon says so. The days of a group are chosen on the page of the group.",keptDays:"Days",keptFor:"Messages are kept",keptForDays:"for some days",keptForEver:"for ever",keptQuestion:"Messages of {name} that are older are deleted within minutes, for good.",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noHolds:"There are no holds.",noInvites:"There are no invites.",noneKeptApart:"No group has days of its own.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",role_administrator:"Administrator",role_guest:"Guest",role_member:"Member",role_moderator:"Moderator",role_owner:"Owner of the server",settingDefault:"default",settingEmpty:"(empty)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var Se={accountsHead:"新账号",addressHead:"地址",adminActive:"正常",adminAny:"全部",adminArchive:"归档",adminArchived:"已归档",adminArchiveQuestion:"{name} 的成员仍可阅读，但任何人都不能发言。之后可以取消归档。",adminAudit:"审计日志",adminByLink:"由本人通过链接设置密码",adminCreated:"创建时间",adminDelete:"删除帐号",adminDeleted:"帐号已删除",adminDeleteQuestion:"{name} 的资料、联系人和群成员身份将被永久删除，无法撤销。",adminDevices:"设备数",adminDisable:"停用",adminDisabled:"已停用",adminDisableQuestion:"{name} 将在所有设备上退出，重新启用前无法登录。",adminDissolved:"群已解散",adminEnable:"启用",adminExport:"导出数据",adminExportComes:"浏览器正在保存数据。",adminExportQuestion:"将保存一个 ZIP 文件，包含 {name} 的全部数据，包括 {name} 可读的所有消息。审计日志会记录此操作。",adminFiles:"文件",adminFilesOf:"{count} 个（{size}）",adminFindGroups:"查找群",adminFindPeople:"查找用户",adminGroupsOf:"{count} 个，其中 {owned} 个为群主",adminIsDisabled:"该帐号已停用，无法登录。",adminLastUse:"最近使用",adminLink:"设置密码的链接",adminLinkHint:"请把此链接交给 {name}。链接只显示这一次，只能使用一次，{time} 前有效。",adminMade:"{name} 的帐号已创建。",adminMakeOwnerOf:"让 {name} 成为群主",adminMakeOwnerQuestion:"{name} 将成为群主，原群主将成为管理员。",adminMakePerson:"创建帐号",adminNeverUsed:"从未使用",adminNoDevices:"没有设备",adminNoGroups:"没有群",adminOnline:"在线用户",adminOwnerLost:"群主缺失",adminOwnerLostHint:"群主已无法登录，请指定一名成员为群主。",adminPeople:"用户",adminPerson:"用户",adminRegistration:"注册与邀请",adminRename:"改名",adminReport:"举报",adminReports:"举报",adminReset:"重置密码",adminResetQuestion:"{name} 的密码立即失效，并在所有设备上退出。你会得到一个设置新密码的链接。",adminRevokeOf:"移除 {name}",adminRole:"角色",adminSettings:"服务器设置",adminSignedOut:"已在所有设备上退出",adminSignOut:"退出登录",adminSignOutOf:"让 {name} 退出登录",adminSignOutQuestion:"{name} 将在所有设备上退出，之后可以重新登录。",adminState:"状态",adminStorage:"存储与增长",adminUnarchive:"取消归档",adminUnusedSeason:"90 天未使用",adminUnusedYear:"一年未使用",adminUse:"使用情况",adminUsedAt:"{time} 使用过",adminUsedMonth:"最近 30 天使用过",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",holdEnd:"结束",holdEndOf:"结束对 {name} 的保留",holdEndQuestion:"{name} 的会话中过期的消息将在几分钟内删除，无法恢复。",holdMake:"添加保留",holdMakeHint:"在结束保留之前，{name} 的会话中的任何内容都不会删除。",holdOf:"对象",holdReason:"原因（供其他管理员查看）",holds:"保留",holdsHint:"保留对象的消息无论多久都不会删除：一个群，或某人的全部会话。",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",keeping:"保存期限与保留",keptApart:"另设期限的群",keptAsServer:"与服务器相同（{days}）",keptByServer:"消息保存期限",keptByServerHint:"由服务的设置 HICHAT_RETENTION 决定。群的期限在该群的页面上设置。",keptDays:"天数",keptFor:"消息保存期限",keptForDays:"指定天数",keptForEver:"永久",keptQuestion:"{name} 中超过期限的消息将在几分钟内删除，无法恢复。",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noHolds:"没有保留。",noInvites:"没有邀请码。",noneKeptApart:"没有另设期限的群。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",role_administrator:"管理员",role_guest:"访客",role_member:"成员",role_moderator:"协管员",role_owner:"服务器所有者",settingDefault:"默认值",settingEmpty:"（空）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var Qe=250,ze=50;function F(t){let[n,i]=d(t);return X(()=>{let a=setTimeout(()=>i(t),Qe);return()=>clearTimeout(a)},[t]),n}function y(t,n,i={}){let a=Object.entries(i).filter(([,v])=>v!==void 0&&v!==""),s=`${n}?${new URLSearchParams([...a.map(([v,A])=>[v,String(A)]),["limit",String(ze)]])}`,[r,p]=d(null),[l,c]=d(0),m=ge("");m.current=`${s} ${l}`;let $=async(v,A)=>{let O=m.current,C=await t.api.get(v);O===m.current&&p({base:s,items:[...A,...C.items],next:C.next})},f=ne(t,()=>$(s,[]),[s,l]),u=r?.base===s?r:null,w=u?.next,S=u&&w?()=>$(`${s}&cursor=${encodeURIComponent(w)}`,u.items):null;return{items:u?.items??null,more:S,again:()=>c(v=>v+1),away:f}}function k({model:t,listing:n,row:i,icon:a,empty:s}){let{items:r,more:p,away:l}=n;return r?r.length?o`
    <ul class="rows">${r.map(i)}</ul>
    ${p&&o`<${V} key=${r.length} load=${p} />`}
  `:o`<div role="status"><${j} icon=${a} text=${s} /></div>`:o`<${D} model=${t} away=${l} />`}function z({label:t,value:n,change:i}){return o`<form class="filter" role="search" onSubmit=${a=>a.preventDefault()}>
    <${M} name="search" />
    <input
      type="search"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${a=>i(a.currentTarget.value)}
    />
  </form>`}function N({label:t,options:n,value:i,change:a}){return o`<label class="select">
    <span>${t}</span>
    <select value=${i} onChange=${s=>a(s.currentTarget.value)}>
      ${Object.entries(n).map(([s,r])=>o`<option key=${s} value=${s} selected=${s===i}>${r}</option>`)}
    </select>
  </label>`}function P({facts:t}){return o`<dl class="facts">
    ${t.filter(([,n])=>n!==void 0&&n!==""&&n!==null).map(([n,i])=>o`<div key=${n}><dt>${n}</dt><dd>${i}</dd></div>`)}
  </dl>`}function H(t,n){let[i,a]=d(null),[s,r]=d(0),l=ne(t,async()=>{n&&a(await t.api.get(n))},[n,s]);return{found:i,away:l,again:()=>r(c=>c+1),set:a}}var _e="1000";function xe({model:t,more:n}){return n?o`<${je} model=${t} id=${n} />`:o`<${We} model=${t} />`}var T=t=>t?.name?`${t.displayName} (${t.name})`:e("deletedAccount"),Ae=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function We({model:t}){let[n,i]=d("open"),a=y(t,"/admin/reports",{state:n});return o`<div class="page">
    <${b} title=${e("adminReports")} back=${g("admin")} />
    <div class="page-body">
      <div class="filters">
        <${N} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${n} change=${i} />
      </div>
      <${k} model=${t} listing=${a} icon="flag" empty=${e("noReports")} row=${Ye} />
    </div>
  </div>`}function Ye(t){let n=t.message?t.message.text||t.message.files.join(", "):e("reportOfPerson");return o`<li key=${t.id} class="row">
    <a class="row-main" href=${g("admin","reports",t.id)}>
      <span class="row-text">
        <span class="row-title">${t.about.displayName??e("deletedAccount")}: ${ae()[t.reason]}</span>
        <span class="row-note" dir="auto">${n}</span>
        <span class="row-note">${t.closed?`${Ae()[t.outcome]} · ${h(t.closed)}`:h(t.time)}</span>
      </span>
    </a>
  </li>`}function je({model:t,id:n}){let{found:i,away:a}=H(t,`/admin/reports/${encodeURIComponent(n)}`);return o`<div class="page">
    <${b} title=${e("adminReport")} back=${g("admin","reports")} stays />
    <div class="page-body">
      ${i?o`<${qe} found=${i} />`:o`<${D} model=${t} away=${a} />`}
      ${i&&!i.closed&&o`<${Ke} model=${t} found=${i} />`}
    </div>
  </div>`}function qe({found:t}){let{message:n,profile:i}=t,a=n&&(n.group?`${e("group")}: ${n.groupName}`:n.user?e("privateChat"):e("announcements"));return o`
    ${n&&o`<figure class="reported">
        <blockquote dir="auto">${n.text}</blockquote>
        ${n.files.length>0&&o`<ul>${n.files.map((s,r)=>o`<li key=${r} dir="auto">${s}</li>`)}</ul>`}
        <figcaption>${n.name} · ${h(n.time)} · ${a}${n.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${i&&o`<figure class="reported"><blockquote dir="auto">${i.bio||e("noBio")}</blockquote><figcaption>${i.displayName} (${i.name})</figcaption></figure>`}
    <${P}
      facts=${[[e("reportReason"),ae()[t.reason]],[e("reportSays"),t.text],[e("reportAbout"),`${T(t.about)}${t.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),T(t.reporter)],[e("reportTime"),h(t.time)],[e("reportClosed"),t.closed&&`${h(t.closed)} · ${T(t.closedBy)}`],[e("reportOutcome"),t.outcome&&Ae()[t.outcome]],[e("reportNote"),t.note]]}
    />
  `}function Ke({model:t,found:n}){let[i,a]=d(""),[s,r]=d(""),p=$=>t.attempt(async()=>{await t.api.post(`/admin/reports/${n.id}/close`,{outcome:$,note:i.trim()}),U("admin","reports")},e("reportDone")),l={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},c={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},m=n.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return o`
    <${x} label=${e("reportNoteFor")} value=${i} change=${a} rows="2" maxlength=${_e} />
    <div class="actions start">
      <button type="button" onClick=${()=>p("dismissed")}>${e("reportDismiss")}</button>
      ${m.map($=>o`<button type="button" key=${$} class="danger-text" onClick=${()=>r($)}>${l[$]}</button>`)}
    </div>
    ${s&&o`<${R} title=${l[s]} text=${c[s]} action=${l[s]} close=${()=>r("")} then=${()=>p(s)} />`}
  `}var Je="2000";function De({model:t}){let[n,i]=d(""),[a,s]=d(!1),r=y(t,"/admin/announcements"),p=()=>t.attempt(async()=>{await t.api.post("/admin/announcements",{text:n.trim()}),i(""),r.again()},e("announced")),l=c=>o`<li key=${c.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${c.recalled?e("recalledMessage"):c.text||e("announcedFile")}</span>
        <span class="row-note">${T(c.by)} · ${h(c.time)}${c.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return o`<div class="page">
    <${b} title=${e("announcements")} back=${g("admin")} />
    <div class="page-body">
      <form onSubmit=${c=>(c.preventDefault(),n.trim()&&s(!0))}>
        <${x} label=${e("announce")} value=${n} change=${i} rows="3" maxlength=${Je} />
        <div class="actions start"><button class="primary" disabled=${!n.trim()}>${e("announceSend")}</button></div>
      </form>
      <${k} model=${t} listing=${r} icon="megaphone" empty=${e("noAnnouncements")} row=${l} />
    </div>
    ${a&&o`<${R} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>s(!1)} then=${p} />`}
  </div>`}function Re({model:t}){let[n,i]=d(""),[a,s]=d(""),[r,p]=d(""),[l,c]=d(0),m=F(n).trim();X(()=>{let f=!1;return c(0),m&&t.api.get(`/users?limit=10&text=${encodeURIComponent(m)}`).then(({items:u})=>f||c(u[0]?.id??0),()=>{}),()=>f=!0},[m]);let $=y(t,"/admin/audit",{user:m?l||Ve:"",act:F(a).trim(),since:r?ve(r):""});return o`<div class="page">
    <${b} title=${e("adminAudit")} back=${g("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${x} label=${e("auditUser")} type="search" value=${n} change=${i} maxlength="64" autocomplete="off" />
        <${x} label=${e("auditAct")} type="search" value=${a} change=${s} maxlength="64" autocomplete="off" />
        <${x} label=${e("auditSince")} type="date" value=${r} change=${p} />
      </div>
      <${k} model=${t} listing=${$} icon="list" empty=${$.more?e("auditLookOn"):e("noEntries")} row=${Xe} />
      ${$.items?.length===0&&$.more&&o`<div class="actions start"><button type="button" onClick=${$.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var Ve=Number.MAX_SAFE_INTEGER;function Xe(t){let n=t.actor?T(t.actor):t.via==="command"?e("byCommand"):e("nobodySignedIn"),i=t.whose&&t.whose.id!==t.actor?.id&&`→ ${T(t.whose)}`,a=[h(t.time),t.via,t.address,t.device&&e("deviceNumber",{number:t.device}),t.group&&`${e("group")} ${t.group}`,t.count>1&&`×${t.count}`];return o`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.act}${t.outcome==="ok"?"":` (${t.outcome})`}: ${n} ${i}</span>
      <span class="row-note wrap">${a.filter(Boolean).join(" · ")}</span>
      ${t.detail&&o`<span class="row-note wrap">${t.detail}</span>`}
    </span>
  </li>`}var Ze="36500",et="300",se=t=>t===0?e("keptForEver"):t===1?e("oneDay"):e("countDays",{count:t});function Ne({model:t}){let n=H(t,"/admin/retention"),i=y(t,"/admin/retention/groups"),a=y(t,"/admin/holds"),[s,r]=d(!1),[p,l]=d(null),c=()=>t.attempt(async()=>{await t.api.delete(re(p)),a.again()},e("saved")),m=$=>o`<li key=${$.group} class="row">
      <a class="row-main" href=${g("admin","groups",$.group)}>
        <span class="row-text"><span class="row-title">${$.name}</span><span class="row-note">${se($.days)}</span></span>
      </a>
    </li>`;return o`<div class="page">
    <${b} title=${e("keeping")} back=${g("admin")}><${W} icon="plus" label=${e("holdMake")} onClick=${()=>r(!0)} /><//>
    <div class="page-body">
      ${n.found?o`<${P} facts=${[[e("keptByServer"),se(n.found.days)]]} />`:o`<${D} model=${t} away=${n.away} />`}
      <p class="dim">${e("keptByServerHint")}</p>
      <h2 class="list-head">${e("keptApart")}</h2>
      <${k} model=${t} listing=${i} icon="groups" empty=${e("noneKeptApart")} row=${m} />
      <h2 class="list-head">${e("holds")}</h2>
      <p class="dim">${e("holdsHint")}</p>
      <${k} model=${t} listing=${a} icon="lock" empty=${e("noHolds")} row=${$=>o`<${tt} key=${re($)} model=${t} hold=${$} end=${()=>l($)} />`} />
    </div>
    ${s&&o`<${nt} model=${t} close=${()=>r(!1)} made=${a.again} />`}
    ${p&&o`<${R} title=${e("holdEnd")} text=${e("holdEndQuestion",{name:de(p)})} action=${e("holdEnd")} close=${()=>l(null)} then=${c} />`}
  </div>`}var re=t=>t.group?`/admin/holds/groups/${t.group}`:`/admin/holds/users/${t.user}`,de=t=>t.name??`${e(t.group?"group":"deletedAccount")} ${t.group??t.user}`;function tt({model:t,hold:n,end:i}){let a=n.by?t.people.name(n.by):e("byCommand"),s=n.group?g("admin","groups",n.group):g("admin","people",n.user);return o`<li class="row">
    <a class="row-main" href=${s}>
      <span class="row-text">
        <span class="row-title">${de(n)}</span>
        <span class="row-note wrap">${[e(n.group?"group":"adminPerson"),e("since",{time:h(n.since)}),a].join(" · ")}</span>
        ${n.reason&&o`<span class="row-note wrap">${n.reason}</span>`}
      </span>
    </a>
    <span class="row-actions"><button type="button" class="small danger-text" aria-label=${e("holdEndOf",{name:de(n)})} onClick=${i}>${e("holdEnd")}</button></span>
  </li>`}function nt({model:t,close:n,made:i}){let[a,s]=d("people"),[r,p]=d(""),[l,c]=d(null),[m,$]=d(""),[f,u]=d(""),w=y(t,`/admin/${a}`,{text:F(r).trim()}),S=q(async O=>{O.preventDefault(),u(""),await t.attempt(async()=>{await t.api.put(re({[a==="groups"?"group":"user"]:l.id}),{reason:m.trim()}),i(),n()},e("saved"),C=>C.code!=="offline"&&(u(Y(C)),!0))}),v=O=>O.displayName??O.name,A=O=>o`<li key=${O.id} class="row">
    <button type="button" class="row-main" onClick=${()=>c(O)}>
      <span class="row-text"><span class="row-title">${v(O)}</span>${a==="people"&&o`<span class="row-note">${O.name}</span>`}</span>
    </button>
  </li>`;return l?o`<${B} key="why" title=${e("holdMake")} close=${n}>
    <form onSubmit=${S}>
      <p>${e("holdMakeHint",{name:v(l)})}</p>
      <${x} label=${e("holdReason")} value=${m} change=${$} problem=${f} rows="3" maxlength=${et} />
      <div class="actions">
        <button type="button" onClick=${()=>c(null)}>${e("back")}</button>
        <button type="submit" class="primary">${e("holdMake")}</button>
      </div>
    </form>
  <//>`:o`<${B} key="who" title=${e("holdMake")} close=${n}>
      <div class="filters"><${N} label=${e("holdOf")} options=${{people:e("adminPerson"),groups:e("group")}} value=${a} change=${s} /></div>
      <${z} label=${e(a==="people"?"adminFindPeople":"adminFindGroups")} value=${r} change=${p} />
      <${k} model=${t} listing=${w} icon="search" empty=${e(a==="people"?"nobodyFound":"adminNoGroups")} row=${A} />
    <//>`}function He({model:t,group:n}){let i=`/admin/groups/${n.id}/retention`,{found:a,away:s,again:r}=H(t,i),[p,l]=d(""),[c,m]=d(""),[$,f]=d(!1);if(!a)return o`<${D} model=${t} away=${s} />`;let u=a.days===void 0?"server":a.days===0?"ever":"days",w=p||u,S={server:e("keptAsServer",{days:se(a.server)}),ever:e("keptForEver"),days:e("keptForDays")},v=()=>t.attempt(async()=>{let O={server:null,ever:0,days:Number(c||a.days)};await t.api.put(i,{days:O[w]}),l(""),m(""),r()},e("saved")),A=O=>{O.preventDefault(),f(!0)};return o`
    <h2 class="list-head">${e("keeping")}</h2>
    <form class="filters" onSubmit=${A}>
      <${N} label=${e("keptFor")} options=${S} value=${w} change=${l} />
      ${w==="days"&&o`<${x} label=${e("keptDays")} type="number" min="1" max=${Ze} required value=${c||(a.days??"")} change=${m} />`}
      ${(w!==u||c&&Number(c)!==a.days)&&o`<button type="submit" class="primary">${e("save")}</button>`}
    </form>
    ${$&&o`<${R} title=${e("keeping")} text=${e("keptQuestion",{name:n.name})} action=${e("save")} close=${()=>f(!1)} then=${v} />`}
  `}function Ce({model:t}){let n=y(t,"/admin/online");return o`<div class="page">
    <${b} title=${e("adminOnline")} back=${g("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${n.again}>${e("lookAgain")}</button></div>
      <${k} model=${t} listing=${n} icon="person" empty=${e("nobodyOnline")} row=${ot} />
    </div>
  </div>`}function ot({user:t,devices:n}){return o`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title">${T(t)}</span>
      ${n.map((i,a)=>o`<span key=${a} class="row-note wrap">${[i.device?e("deviceNumber",{number:i.device}):e("v1Device"),i.address,i.since&&e("since",{time:h(i.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}var at={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Te({model:t,more:n}){let i=Number(n);return i?o`<${rt} key=${i} model=${t} id=${i} />`:o`<${it} model=${t} />`}function it({model:t}){let[n,i]=d(""),[a,s]=d(""),r=y(t,"/admin/groups",{text:F(n).trim(),state:a}),p={"":e("adminAny"),active:e("adminActive"),archived:e("adminArchived"),ownerless:e("adminOwnerLost")};return o`<div class="page">
    <${b} title=${e("groups")} back=${g("admin")} />
    <div class="page-body">
      <${z} label=${e("adminFindGroups")} value=${n} change=${i} />
      <div class="filters"><${N} label=${e("adminState")} options=${p} value=${a} change=${s} /></div>
      <${k} model=${t} listing=${r} icon="groups" empty=${e("adminNoGroups")} row=${l=>o`<${st} key=${l.id} model=${t} group=${l} />`} />
    </div>
  </div>`}function st({model:t,group:n}){let i=[e(n.size===1?"oneMember":"members",{count:n.size}),n.ownerLost&&e("adminOwnerLost"),n.archived&&e("adminArchived")];return o`<${te} model=${t} group=${n} note=${i.filter(Boolean).join(" · ")} href=${g("admin","groups",n.id)} />`}function rt({model:t,id:n}){let i=`/admin/groups/${n}`,{found:a,away:s,again:r}=H(t,i),[p,l]=d(""),c=o`<${b} title=${e("group")} back=${g("admin","groups")} />`;if(!a)return o`<div class="page">${c}<${D} model=${t} away=${s} /></div>`;let m=w=>t.attempt(async()=>{await w(),r()},e("saved")),$={adminArchive:()=>m(()=>t.api.put(`${i}/archived`)),dissolve:()=>t.attempt(async()=>{await t.api.delete(i),U("admin","groups")},e("adminDissolved"))},f=E(t.me,"administrator"),u=a.owner.name?a.owner.displayName:e("deletedAccount");return o`<div class="page">
    ${c}
    <div class="page-body">
      <div class="portrait">
        <${Z} model=${t} id=${n} name=${a.name} picture=${a.picture} kind="group" size="large" />
        <h2>${a.name}</h2>
        ${a.description&&o`<p class="bio">${a.description}</p>`}
        ${a.archived&&o`<p class="dim" role="status">${e("groupArchived")}</p>`}
        ${a.ownerLost&&o`<p class="problem" role="status">${e(f?"adminOwnerLostHint":"adminOwnerLost")}</p>`}
      </div>
      ${f&&o`<div class="tiles">
          ${a.archived?o`<${L} icon="edit" text=${e("adminUnarchive")} act=${()=>m(()=>t.api.delete(`${i}/archived`))} />`:o`<${L} icon="archive" text=${e("adminArchive")} act=${()=>l("adminArchive")} />`}
        </div>`}
      <${P}
        facts=${[[e("owner"),o`<a href=${g("admin","people",a.owner.id)}>${u}</a>`],[e("membersTitle"),String(a.size)],[e("whoMayJoin"),e(at[a.joinPolicy])],[e("adminCreated"),h(a.created)],[e("adminArchived"),a.archived&&h(a.archived)],[e("adminFiles"),e("adminFilesOf",{count:a.files,size:I(a.room)})]]}
      />
      ${f&&o`<${He} model=${t} group=${a} />`}
      <${dt} model=${t} path=${i} group=${a} mayGive=${f&&a.ownerLost} act=${m} />
      ${f&&o`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>l("dissolve")}><${M} name="recall" />${e("dissolve")}</button>
        </div>`}
    </div>
    ${p&&o`<${R} title=${e(p)} text=${e(`${p}Question`,{name:a.name})} action=${e(p)} close=${()=>l("")} then=${$[p]} />`}
  </div>`}function dt({model:t,path:n,group:i,mayGive:a,act:s}){let[r,p]=d(""),[l,c]=d(null),m=y(t,`${n}/members`,{name:F(r).trim()}),$=async()=>{await s(()=>t.api.put(`${n}/owner`,{user:l.id}))&&m.again()},f=u=>o`<${ee} key=${u.id} model=${t} person=${u} note=${u.role==="member"?"":e(u.role)} href=${g("admin","people",u.id)}>
    ${a&&u.id!==i.owner.id&&o`<button type="button" class="small" aria-label=${e("adminMakeOwnerOf",{name:u.displayName})} onClick=${()=>c(u)}>${e("makeOwner")}</button>`}
  <//>`;return o`
    <h2 class="list-head">${e("membersTitle")}</h2>
    <${z} label=${e("findMembers")} value=${r} change=${p} />
    <${k} model=${t} listing=${m} icon="contacts" empty=${e("nobodyFound")} row=${f} />
    ${l&&o`<${R} title=${e("makeOwner")} text=${e("adminMakeOwnerQuestion",{name:l.displayName})} action=${e("makeOwner")} close=${()=>c(null)} then=${$} />`}
  `}var K=t=>Object.fromEntries(t.map(n=>[n,e(`role_${n}`)]));function me(t,n){return ie(t)==="owner"||Q.indexOf(n)<Q.indexOf(ie(t))}var Le=t=>Q.filter(n=>me(t,n));function Ee({model:t,id:n}){let i=`/admin/people/${n}`,{found:a,away:s,again:r}=H(t,i),[p,l]=d(0),[c,m]=d(""),[$,f]=d(null),u=o`<${b} title=${e("adminPerson")} back=${g("admin","people")} />`;if(!a)return o`<div class="page">${u}<${D} model=${t} away=${s} /></div>`;let{api:w,me:S}=t,v=()=>m(""),A=()=>{r(),l(G=>G+1)},O=(G,Ge=e("saved"))=>t.attempt(async()=>{await G(),A()},Ge),C=E(S,"administrator"),_=me(S,a.role),J=_&&C,ue={adminDisable:()=>O(()=>w.put(`${i}/disabled`)),adminSignOut:()=>O(()=>w.post(`${i}/sign-out`,{}),e("adminSignedOut")),adminReset:()=>O(async()=>f(await w.post(`${i}/password`)),""),adminExport:()=>ke(t,`${i}/export`,e("adminExportComes")),adminDelete:()=>t.attempt(async()=>{await w.delete(i),U("admin","people")},e("adminDeleted"))};return o`<div class="page">
    ${u}
    <div class="page-body">
      <div class="portrait">
        <${Z} model=${t} id=${n} name=${a.displayName} picture=${a.avatar} size="large" />
        <h2>${a.displayName}</h2>
        ${a.disabled&&o`<p class="problem" role="status">${e("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${n!==t.state.user&&o`<${L} icon="chats" text=${e("message")} act=${()=>U("chats",`user-${n}`)} />`}
        ${J&&o`<${L} icon="edit" text=${e("adminRename")} act=${()=>m("rename")} />`}
        ${J&&o`<${L} icon="lock" text=${e("adminReset")} act=${()=>m("adminReset")} />`}
        ${E(S,"owner")&&o`<${L} icon="download" text=${e("adminExport")} act=${()=>m("adminExport")} />`}
        ${_&&o`<${L} icon="leave" text=${e("adminSignOut")} act=${()=>m("adminSignOut")} />`}
        ${_&&(a.disabled?o`<${L} icon="check" text=${e("adminEnable")} act=${()=>O(()=>w.delete(`${i}/disabled`))} />`:o`<${L} icon="block" text=${e("adminDisable")} act=${()=>m("adminDisable")} />`)}
      </div>
      <${P}
        facts=${[[e("loginName"),a.name],[e("adminRole"),J?null:K([a.role])[a.role]],[e("adminCreated"),h(a.created)],[e("adminLastUse"),a.lastUse?h(a.lastUse):e("adminNeverUsed")],[e("adminDevices"),String(a.devices)],[e("groups"),e("adminGroupsOf",{count:a.groups,owned:a.owned})],[e("adminFiles"),e("adminFilesOf",{count:a.files,size:I(a.room)})]]}
      />
      ${J&&o`<${N}
          label=${e("adminRole")}
          options=${K(Q.filter(G=>G===a.role||Le(S).includes(G)))}
          value=${a.role}
          change=${G=>O(()=>w.put(`${i}/role`,{role:G}))}
        />`}
      ${C&&o`<${lt} key=${p} model=${t} path=${i} mayAct=${_} />`}
      <${ct} model=${t} path=${i} />
      ${J&&o`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>m("adminDelete")}><${M} name="recall" />${e("adminDelete")}</button>
        </div>`}
    </div>
    ${c==="rename"&&o`<${mt} model=${t} path=${i} person=${a} close=${v} again=${A} />`}
    ${c in ue&&o`<${R} title=${e(c)} text=${e(`${c}Question`,{name:a.displayName})} action=${e(c)} close=${v} then=${ue[c]} />`}
    ${$&&o`<${le} model=${t} link=${$} name=${a.displayName} close=${()=>f(null)} />`}
  </div>`}function le({model:t,link:n,name:i,close:a}){let s=`${location.origin}${we}/${g("password",n.code)}`,r=()=>t.attempt(()=>navigator.clipboard.writeText(s),e("copied"));return o`<${B} title=${e("adminLink")} close=${a}>
    <p>${e("adminLinkHint",{name:i,time:h(n.expires)})}</p>
    <div class="share-address">
      <input readonly value=${s} aria-label=${e("address")} onFocus=${p=>p.currentTarget.select()} />
      <${W} icon="copy" label=${e("copy")} onClick=${r} />
    </div>
  <//>`}function mt({model:t,path:n,person:i,close:a,again:s}){let[r,p]=d(i.name),[l,c]=d(i.displayName),[m,$]=d(""),f=q(async u=>{u.preventDefault(),$("");let w=async()=>{await t.api.patch(n,{name:r,displayName:l}),t.people.again(i.id),s(),a()};await t.attempt(w,e("saved"),S=>S.code!=="offline"&&($(Y(S)),!0))});return o`<${B} title=${e("adminRename")} close=${a}>
    <form onSubmit=${f}>
      <${x} label=${e("loginName")} value=${r} change=${p} problem=${m} maxlength="64" autocomplete="off" required />
      <${x} label=${e("displayName")} value=${l} change=${c} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${e("save")}</button></div>
    </form>
  <//>`}function lt({model:t,path:n,mayAct:i}){let a=y(t,`${n}/devices`),[s,r]=d(null),p=m=>t.attempt(async()=>{await m(),a.again()},e("saved")),l=m=>m.loggedIn?[m.used&&h(m.used),m.address].filter(Boolean).join(" · "):e("loggedOut"),c=m=>o`<li class="row" key=${m.id}>
    <span class="row-main">
      <span class="file-sign"><${M} name="device" /></span>
      <span class="row-text"><span class="row-title">${m.name}</span><span class="row-note wrap">${l(m)}</span></span>
    </span>
    ${i&&o`<span class="row-actions">
        ${m.loggedIn&&o`<button type="button" class="small" aria-label=${e("adminSignOutOf",{name:m.name})} onClick=${()=>p(()=>t.api.post(`${n}/sign-out`,{device:m.id}))}>${e("adminSignOut")}</button>`}
        <button type="button" class="small danger-text" aria-label=${e("adminRevokeOf",{name:m.name})} onClick=${()=>r(m)}>${e("revoke")}</button>
      </span>`}
  </li>`;return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${k} model=${t} listing=${a} icon="device" empty=${e("adminNoDevices")} row=${c} />
    ${s&&o`<${R} title=${e("revoke")} text=${e("revokeQuestion",{name:s.name})} action=${e("revoke")} close=${()=>r(null)} then=${()=>p(()=>t.api.delete(`${n}/devices/${s.id}`))} />`}
  `}function ct({model:t,path:n}){let i=y(t,`${n}/groups`),a=({role:s,size:r})=>[s!=="member"&&e(s),e(r===1?"oneMember":"members",{count:r})].filter(Boolean).join(" · ");return o`
    <h2 class="list-head">${e("groups")}</h2>
    <${k}
      model=${t}
      listing=${i}
      icon="groups"
      empty=${e("adminNoGroups")}
      row=${s=>o`<${te} key=${s.id} model=${t} group=${s} note=${a(s)} href=${g("admin","groups",s.id)} />`}
    />
  `}var ce=24*36e5;function Fe({model:t,more:n}){let i=Number(n);return i?o`<${Ee} key=${i} model=${t} id=${i} />`:o`<${ut} model=${t} />`}var pt=()=>({"":e("adminAny"),month:e("adminUsedMonth"),season:e("adminUnusedSeason"),year:e("adminUnusedYear")});function $t(t,n){let i=a=>Math.floor(n/ce)*ce-a*ce;return t==="month"?{usedSince:i(30)}:{unusedSince:{season:i(90),year:i(365)}[t]}}function ut({model:t}){let[n,i]=d(""),[a,s]=d(""),[r,p]=d(""),[l,c]=d(""),[m,$]=d(!1),f={text:F(n).trim(),role:a,state:r,...$t(l,t.now())},u=y(t,"/admin/people",f),w={"":e("adminAny"),active:e("adminActive"),disabled:e("adminDisabled")};return o`<div class="page">
    <${b} title=${e("adminPeople")} back=${g("admin")}>
      ${E(t.me,"administrator")&&o`<${W} icon="plus" label=${e("adminMakePerson")} onClick=${()=>$(!0)} />`}
    <//>
    <div class="page-body">
      <${z} label=${e("adminFindPeople")} value=${n} change=${i} />
      <div class="filters">
        <${N} label=${e("adminRole")} options=${{"":e("adminAny"),...K(Q)}} value=${a} change=${s} />
        <${N} label=${e("adminState")} options=${w} value=${r} change=${p} />
        <${N} label=${e("adminUse")} options=${pt()} value=${l} change=${c} />
      </div>
      <${k}
        model=${t}
        listing=${u}
        icon="search"
        empty=${e("nobodyFound")}
        row=${S=>o`<${gt} key=${S.id} model=${t} person=${S} />`}
      />
    </div>
    ${m&&o`<${ft} model=${t} close=${()=>$(!1)} />`}
  </div>`}function gt({model:t,person:n}){t.people.known.get(n.id)||t.people.know({id:n.id,name:n.name,displayName:n.displayName,avatar:n.avatar});let i=[n.name!==n.displayName&&n.name,n.role!=="member"&&K([n.role])[n.role],n.disabled&&e("isDisabled"),n.lastUse?e("adminUsedAt",{time:h(n.lastUse)}):e("adminNeverUsed")];return o`<${ee} model=${t} person=${n} note=${i.filter(Boolean).join(" · ")} href=${g("admin","people",n.id)} />`}function ft({model:t,close:n}){let[i,a]=d(""),[s,r]=d(""),[p,l]=d(""),[c,m]=d(!0),[$,f]=d({name:"",password:""}),[u,w]=d(null),S=q(async A=>{A.preventDefault(),f({name:"",password:""});let O={name:i,displayName:s,...c?{}:{password:p}};await t.attempt(async()=>w(await t.api.post("/admin/people",O)),"",C=>{let _=be(C)?"password":"name";return C.code!=="offline"&&f({name:"",password:"",[_]:Y(C)}),C.code!=="offline"})}),v=()=>{n(),u&&U("admin","people",u.person.id)};return u?.link?o`<${le} model=${t} link=${u.link} name=${u.person.displayName} close=${v} />`:u?o`<${B} title=${e("adminMakePerson")} close=${v}><p role="status">${e("adminMade",{name:u.person.displayName})}</p><//>`:o`<${B} title=${e("adminMakePerson")} close=${n}>
    <form onSubmit=${S}>
      <${x} label=${e("loginName")} value=${i} change=${a} problem=${$.name} maxlength="64" autocomplete="off" required />
      <${x} label=${e("displayName")} value=${s} change=${r} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${c} onChange=${A=>m(A.currentTarget.checked)} />
        <span>${e("adminByLink")}</span>
      </label>
      ${!c&&o`<${he} label=${e("password")} value=${p} change=${l} problem=${$.password} />`}
      <div class="actions"><button type="submit" class="primary">${e("adminMakePerson")}</button></div>
    </form>
  <//>`}var pe="/admin/registration";function Me({model:t}){return o`<div class="page">
    <${b} title=${e("adminRegistration")} back=${g("admin")} />
    <div class="page-body">
      <${vt} model=${t} />
      <${ht} model=${t} />
    </div>
  </div>`}var Pe=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function vt({model:t}){let{found:n,away:i,set:a}=H(t,pe);if(!n)return o`<${D} model=${t} away=${i} />`;let s=l=>t.attempt(async()=>a(await t.api.put(pe,{policy:l})),e("saved")),r=()=>t.attempt(async()=>a(await t.api.delete(pe)),e("saved")),p={...Pe(),local:e("makersLocal")};return o`
    <${ye} label=${e("whoRegisters")} options=${Pe()} value=${n.policy} change=${s} />
    <p class="dim">
      ${n.chosen?e("makersChosen",{name:T(n.chosenBy),time:h(n.chosen),setting:p[n.setting]}):e("makersSetting",{setting:p[n.setting]})}
    </p>
    ${n.chosen&&o`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function ht({model:t}){let[n,i]=d("1"),[a,s]=d("7"),[r,p]=d("member"),[l,c]=d(""),[m,$]=d(null),f=y(t,"/admin/invites"),u=v=>{v.preventDefault(),t.attempt(async()=>{let A=await t.api.post("/admin/invites",{uses:Number(n),days:Number(a),role:r});c(A.code),f.again()})},w=()=>t.attempt(async()=>{await t.api.delete(`/admin/invites/${m.id}`),f.again()}),S=v=>o`<li key=${v.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:v.left,uses:v.uses??v.left})}</span>
        <span class="row-note wrap">${e(v.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:h(v.expires)})} · ${v.by?T(v.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>$(v)}>${e("revoke")}</button></span>
    </li>`;return o`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${u}>
      <${x} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${n} change=${i} />
      <${x} label=${e("inviteDays")} type="number" min="1" max="366" required value=${a} change=${s} />
      <${N} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${p} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${l&&o`<p class="made-code"><code>${l}</code>
          <button type="button" class="small" onClick=${()=>t.attempt(()=>navigator.clipboard.writeText(l),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${k} model=${t} listing=${f} icon="invite" empty=${e("noInvites")} row=${S} />
    ${m&&o`<${R} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>$(null)} then=${w} />`}
  `}function Ie({model:t}){let n=y(t,"/admin/settings");return o`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${b} title=${e("adminSettings")} back=${g("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${k} model=${t} listing=${n} icon="settings" empty=${e("noEntries")} row=${bt} />
    </div>
  </div>`}function bt(t){let n=t.secret?e("settingSecret"):t.value??e("settingEmpty");return o`<li key=${t.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.name} = ${n}</span>
      <span class="row-note wrap">${t.source==="default"?e("settingDefault"):e("settingFrom",{source:t.source})} · ${t.about}</span>
    </span>
  </li>`}function Ue({model:t}){let n=y(t,"/admin/workers"),i=y(t,"/admin/nodes"),a=()=>{n.again(),i.again()};return o`<div class="page">
    <${b} title=${e("adminWorkers")} back=${g("admin")} />
    <div class="page-body">
      ${!n.items&&o`<${D} model=${t} away=${n.away} />`}
      ${n.items&&o`<${$e}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${n.items.map(s=>[s.host,s.worker,s.version,s.connections,s.users,s.lag,h(s.began)])}
        />`}
      ${n.more&&o`<${V} key=${n.items?.length} load=${n.more} />`}
      <div class="actions start"><button type="button" onClick=${a}>${e("lookAgain")}</button></div>
      ${i.items?.length&&o`<h2 class="list-head">${e("nodesHead")}</h2>
          <${$e}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${i.items.map(s=>[s.number,yt()[s.state],s.address,s.version,s.connections??"",s.lag??"",h(s.since)])}
          />
          ${i.more&&o`<${V} key=${i.items.length} load=${i.more} />`}`}
    </div>
  </div>`}var yt=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function Be({model:t}){let n=H(t,"/admin/storage"),i=H(t,"/admin/growth"),{found:a}=n,s=r=>r===void 0?e("notKnownYet"):I(r);return o`<div class="page">
    <${b} title=${e("adminStorage")} back=${g("admin")} />
    <div class="page-body">
      ${!(a&&i.found)&&o`<${D} model=${t} away=${n.away||i.away} />`}
      ${a&&o`<${P}
          facts=${[[e("databaseSize"),s(a.database)],[e("indexSize"),s(a.search)],[e("uploadsSize"),a.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:a.uploads,size:I(a.uploadsBytes)})],...a.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:I(r.free),size:I(r.size)})]),[e("allEvents"),i.found?.events],[e("allAccounts"),i.found?.accounts]]}
        />`}
      ${i.found&&o`<h2 class="list-head">${e("growthHead")}</h2>
          <${$e} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${i.found.items.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function $e({name:t,heads:n,rows:i}){return o`<div class="table" tabindex="0" role="region" aria-label=${t}>
    <table>
      <thead><tr>${n.map(a=>o`<th key=${a} scope="col">${a}</th>`)}</tr></thead>
      <tbody>${i.map((a,s)=>o`<tr key=${s}>${a.map((r,p)=>o`<td key=${p} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var oe=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:Fe},{name:"groups",title:"groups",icon:"groups",least:"moderator",Page:Te},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:xe},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:De},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:Me},{name:"keeping",title:"keeping",icon:"clock",least:"administrator",Page:Ne},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:Ce},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:Ue},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:Be},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:Re},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:Ie}];function wt({model:t,selected:n}){let i=oe.filter(({least:a})=>E(t.me,a));return o`
    <${b} title=${e("administration")} back=${g("settings")} stays />
    ${t.me&&!i.length&&o`<${j} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${i.map(({name:a,title:s,icon:r})=>o`<li key=${a} class=${n===a?"row selected":"row"}>
            <a class="row-main setting" href=${g("admin",a)} aria-current=${n===a?"page":void 0}>
              <${M} name=${r} />${e(s)}
            </a>
          </li>`)}
    </ul>
  `}function kt({model:t,name:n,more:i}){let a=oe.find(s=>s.name===n);return t.me?a&&E(t.me,a.least)?o`<${a.Page} model=${t} more=${i} />`:o`<div class="page">
    <${b} title=${e("administration")} back=${g("admin")} />
    <${j} icon="lock" text=${e("notForYou")} />
  </div>`:o`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}fe({en:Oe,zh:Se});export{wt as Administration,kt as Section};
