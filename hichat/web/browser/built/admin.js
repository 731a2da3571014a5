import{$ as E,C as G,D as _e,E as se,I as Y,J,K as ee,Na as Oe,O as Ae,P,Q as $,R as oe,S as te,T as h,U as F,V as C,W as R,X as He,Y as ie,Z as v,_ as y,a as m,aa as Q,b as V,ba as re,da as x,ea as Te,f as a,fa as Se,i as B,j as X,l as Z,m as he,n as e,o as f,q as ve,r as M,s as _,u as be,v as ke,x as ye,z as we}from"./client.js";var Ie={accountsHead:"New accounts",addressHead:"Address",adminActive:"Active",adminAny:"Any",adminApp:"an app",adminArchive:"Archive",adminArchived:"Archived",adminArchiveQuestion:"Everybody in {name} can still read it, and nobody can write. You can take that back.",adminAudit:"Audit log",adminByLink:"The person sets the password with a link",adminCreated:"Made",adminDelete:"Delete the account",adminDeleted:"The account is deleted",adminDeleteQuestion:"{name} will be deleted for ever, with profile, contacts and memberships. This cannot be undone.",adminDevices:"Devices",adminDisable:"Disable",adminBotOf:"bot of {name}",adminBotOwner:"Owner",adminKind:"Kind",adminPersons:"People",adminServersBot:"the server",adminDisabled:"Disabled",adminDisableQuestion:"{name} is logged out everywhere and cannot log in until you enable the account.",adminDissolved:"The group is dissolved",adminEnable:"Enable",adminExport:"Export the data",adminExportComes:"Your browser saves the data now.",adminExportQuestion:"A ZIP with all that there is of {name} is saved, with every message that {name} may read. The audit log notes it.",adminFactors:"Take second factors away",adminFactorsHead:"Second factors",adminFactorsQuestion:"{name} logs in with the password alone from then on. Make sure that it is {name} who asks you.",adminFiles:"Files",adminFilesOf:"{count} ({size})",adminFindGroups:"Find groups",adminFindPeople:"Find people",adminGroupsOf:"{count}, owner of {owned}",adminIsDisabled:"This account is disabled: nobody can log in with it.",adminLastUse:"Last use",adminLink:"Link to set a password",adminLinkHint:"Give {name} this link. It is shown only now, works once, and ends {time}.",adminMade:"{name} has an account now.",adminMakeOwnerOf:"Make {name} the owner",adminMakeOwnerQuestion:"{name} becomes the owner, and the former owner an admin.",adminMakePerson:"Make an account",adminNeverUsed:"never used",adminNoGroups:"No groups",adminOnline:"Who is online",adminOwnerLost:"Owner lost",adminOwnerLostHint:"The owner cannot log in any more: make a member the owner.",adminPasskey:"a passkey",adminPeople:"People",adminPerson:"Person",adminRecovery:"recovery codes left: {count}",adminRegistration:"Registration and invites",adminRename:"Rename",adminReport:"Report",adminReports:"Reports",adminReset:"Reset the password",adminResetQuestion:"The password of {name} is void at once, and {name} is logged out everywhere. You get a link to set another one.",adminRole:"Role",adminSettings:"Settings of the server",adminSignedOut:"Logged out everywhere",adminSignOut:"Log out",adminSignOutQuestion:"{name} is logged out on all devices, and can log in again.",adminState:"State",adminStorage:"Storage and growth",adminUnarchive:"Open again",adminUnusedSeason:"Not for 90 days",adminUnusedYear:"Not for a year",adminUse:"Use",adminUsedAt:"used {time}",adminUsedMonth:"In the last 30 days",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",byDaemon:"the daemon itself",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",holdEnd:"End",holdEndOf:"End the hold of {name}",holdEndQuestion:"What is too old in the conversations of {name} is deleted within minutes, for good.",holdMake:"Make a hold",holdMakeHint:"Nothing in the conversations of {name} is deleted until somebody ends the hold.",holdOf:"Whose messages",holdReason:"Reason, for other administrators",holds:"Holds",holdsHint:"What a hold concerns is kept, however old it is: a group, or all conversations of a person.",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",keeping:"Retention and holds",keptApart:"Groups with days of their own",keptAsServer:"As the server does ({days})",keptByServer:"Messages are kept",keptByServerHint:"The setting HICHAT_RETENTION of the daemon says so. The days of a group are chosen on the page of the group.",keptDays:"Days",keptFor:"Messages are kept",keptForDays:"for some days",keptForEver:"for ever",keptQuestion:"Messages of {name} that are older are deleted within minutes, for good.",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noHolds:"There are no holds.",noInvites:"There are no invites.",noneKeptApart:"No group has days of its own.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",role_administrator:"Administrator",role_guest:"Guest",role_member:"Member",role_moderator:"Moderator",role_owner:"Owner of the server",settingDefault:"default",settingEmpty:"(not set)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var Ce={accountsHead:"新账号",addressHead:"地址",adminActive:"正常",adminAny:"全部",adminApp:"验证器应用",adminArchive:"归档",adminArchived:"已归档",adminArchiveQuestion:"{name} 的成员仍可阅读，但任何人都不能发言。之后可以取消归档。",adminAudit:"审计日志",adminByLink:"由本人通过链接设置密码",adminCreated:"创建时间",adminDelete:"删除账号",adminDeleted:"账号已删除",adminDeleteQuestion:"{name} 的资料、联系人和群成员身份将被永久删除，无法撤销。",adminDevices:"设备数",adminDisable:"停用",adminBotOf:"{name} 的机器人",adminBotOwner:"所有者",adminKind:"类型",adminPersons:"人员",adminServersBot:"服务器",adminDisabled:"已停用",adminDisableQuestion:"{name} 将在所有设备上退出，重新启用前无法登录。",adminDissolved:"群已解散",adminEnable:"启用",adminExport:"导出数据",adminExportComes:"浏览器正在保存数据。",adminExportQuestion:"将保存一个 ZIP 文件，包含 {name} 的全部数据，包括 {name} 可读的所有消息。审计日志会记录此操作。",adminFactors:"取消第二步验证",adminFactorsHead:"第二步验证",adminFactorsQuestion:"之后 {name} 仅凭密码即可登录。请确认确实是 {name} 本人提出的请求。",adminFiles:"文件",adminFilesOf:"{count} 个（{size}）",adminFindGroups:"查找群",adminFindPeople:"查找用户",adminGroupsOf:"{count} 个，其中 {owned} 个为群主",adminIsDisabled:"该账号已停用，无法登录。",adminLastUse:"最近使用",adminLink:"设置密码的链接",adminLinkHint:"请把此链接交给 {name}。链接只显示这一次，只能使用一次，{time} 前有效。",adminMade:"{name} 的账号已创建。",adminMakeOwnerOf:"让 {name} 成为群主",adminMakeOwnerQuestion:"{name} 将成为群主，原群主将成为管理员。",adminMakePerson:"创建账号",adminNeverUsed:"从未使用",adminNoGroups:"没有群",adminOnline:"在线用户",adminOwnerLost:"群主缺失",adminOwnerLostHint:"群主已无法登录，请指定一名成员为群主。",adminPasskey:"通行密钥",adminPeople:"用户",adminPerson:"用户",adminRecovery:"剩余恢复代码：{count}",adminRegistration:"注册与邀请",adminRename:"改名",adminReport:"举报",adminReports:"举报",adminReset:"重置密码",adminResetQuestion:"{name} 的密码立即失效，并在所有设备上退出。你会得到一个设置新密码的链接。",adminRole:"角色",adminSettings:"服务器设置",adminSignedOut:"已在所有设备上退出",adminSignOut:"退出登录",adminSignOutQuestion:"{name} 将在所有设备上退出，之后可以重新登录。",adminState:"状态",adminStorage:"存储与增长",adminUnarchive:"取消归档",adminUnusedSeason:"90 天未使用",adminUnusedYear:"一年未使用",adminUse:"使用情况",adminUsedAt:"{time} 使用过",adminUsedMonth:"最近 30 天使用过",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",byDaemon:"服务自身",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",holdEnd:"结束",holdEndOf:"结束对 {name} 的保留",holdEndQuestion:"{name} 的会话中过期的消息将在几分钟内删除，无法恢复。",holdMake:"添加保留",holdMakeHint:"在结束保留之前，{name} 的会话中的任何内容都不会删除。",holdOf:"对象",holdReason:"原因（供其他管理员查看）",holds:"保留",holdsHint:"保留对象的消息无论多久都不会删除：一个群，或某人的全部会话。",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",keeping:"保存期限与保留",keptApart:"另设期限的群",keptAsServer:"与服务器相同（{days}）",keptByServer:"消息保存期限",keptByServerHint:"由服务的设置 HICHAT_RETENTION 决定。群的期限在该群的页面上设置。",keptDays:"天数",keptFor:"消息保存期限",keptForDays:"指定天数",keptForEver:"永久",keptQuestion:"{name} 中超过期限的消息将在几分钟内删除，无法恢复。",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noHolds:"没有保留。",noInvites:"没有邀请码。",noneKeptApart:"没有另设期限的群。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",role_administrator:"管理员",role_guest:"访客",role_member:"成员",role_moderator:"协管员",role_owner:"服务器所有者",settingDefault:"默认值",settingEmpty:"（未设置）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var Ze=250;function N(o){let[t,s]=m(o);return V(()=>{let n=setTimeout(()=>s(o),Ze);return()=>clearTimeout(n)},[o]),t}function W({label:o,value:t,change:s}){return a`<form class="filter" role="search" onSubmit=${n=>n.preventDefault()}>
    <${B} name="search" />
    <input
      type="search"
      value=${t}
      maxlength="64"
      autocomplete="off"
      placeholder=${o}
      aria-label=${o}
      onInput=${n=>s(n.currentTarget.value)}
    />
  </form>`}function T({label:o,options:t,value:s,change:n}){return a`<label class="select">
    <span>${o}</span>
    <select value=${s} onChange=${i=>n(i.currentTarget.value)}>
      ${Object.entries(t).map(([i,r])=>a`<option key=${i} value=${i} selected=${i===s}>${r}</option>`)}
    </select>
  </label>`}function L({facts:o}){return a`<dl class="facts">
    ${o.filter(([,t])=>t!==void 0&&t!==""&&t!==null).map(([t,s])=>a`<div key=${t}><dt>${t}</dt><dd>${s}</dd></div>`)}
  </dl>`}function O(o,t){let[s,n]=m(null),[i,r]=m(""),[u,l]=m(0),c=He(o,async()=>{if(t)try{n(await o.api.get(t)),r("")}catch(d){if(d.code==="offline")throw d;n(null),r(G(d))}},[t,u]);return{found:s,away:c,problem:i,again:()=>l(d=>d+1),set:n}}var Je="1000";function Re({model:o,more:t}){return t?a`<${to} model=${o} id=${t} />`:a`<${eo} model=${o} />`}var D=o=>o?.name?o.displayName===o.name?o.name:`${o.displayName} (${o.name})`:e("deletedAccount"),De=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function eo({model:o}){let[t,s]=m("open"),n=v(o,"/admin/reports",{state:t});return a`<div class="page">
    <${h} title=${e("adminReports")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters">
        <${T} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${t} change=${s} />
      </div>
      <${y} model=${o} listing=${n} icon="flag" empty=${e("noReports")} row=${oo} />
    </div>
  </div>`}function oo(o){let t=o.message?o.message.text||o.message.files.join(", "):e("reportOfPerson");return a`<li key=${o.id} class="row">
    <a class="row-main" href=${$("admin","reports",o.id)}>
      <span class="row-text">
        <span class="row-title">${o.about.displayName??e("deletedAccount")}: ${se()[o.reason]}</span>
        <span class="row-note" dir="auto">${t}</span>
        <span class="row-note">${o.closed?`${De()[o.outcome]} · ${f(o.closed)}`:f(o.time)}</span>
      </span>
    </a>
  </li>`}function to({model:o,id:t}){let{found:s,away:n,problem:i}=O(o,`/admin/reports/${encodeURIComponent(t)}`);return a`<div class="page">
    <${h} title=${e("adminReport")} back=${$("admin","reports")} stays />
    <div class="page-body">
      ${s?a`<${no} found=${s} />`:a`<${R} model=${o} away=${n} problem=${i} />`}
      ${s&&!s.closed&&a`<${ao} model=${o} found=${s} />`}
    </div>
  </div>`}function no({found:o}){let{message:t,profile:s}=o,n=t&&(t.group?`${e("group")}: ${t.groupName}`:t.user?e("privateChat"):e("announcements"));return a`
    ${t&&a`<figure class="reported">
        <blockquote dir="auto">${t.text}</blockquote>
        ${t.files.length>0&&a`<ul>${t.files.map((i,r)=>a`<li key=${r} dir="auto">${i}</li>`)}</ul>`}
        <figcaption>${t.name} · ${f(t.time)} · ${n}${t.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${s&&a`<figure class="reported"><blockquote dir="auto">${s.bio||e("noBio")}</blockquote><figcaption>${s.displayName} (${s.name})</figcaption></figure>`}
    <${L}
      facts=${[[e("reportReason"),se()[o.reason]],[e("reportSays"),o.text],[e("reportAbout"),`${D(o.about)}${o.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),D(o.reporter)],[e("reportTime"),f(o.time)],[e("reportClosed"),o.closed&&`${f(o.closed)} · ${D(o.closedBy)}`],[e("reportOutcome"),o.outcome&&De()[o.outcome]],[e("reportNote"),o.note]]}
    />
  `}function ao({model:o,found:t}){let[s,n]=m(""),[i,r]=m(""),u=d=>o.attempt(async()=>{await o.api.post(`/admin/reports/${t.id}/close`,{outcome:d,note:s.trim()}),P("admin","reports")},e("reportDone")),l={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},g={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},c=t.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return a`
    <${_} label=${e("reportNoteFor")} value=${s} change=${n} rows="2" maxlength=${Je} />
    <div class="actions start">
      <button type="button" onClick=${()=>u("dismissed")}>${e("reportDismiss")}</button>
      ${c.map(d=>a`<button type="button" key=${d} class="danger-text" onClick=${()=>r(d)}>${l[d]}</button>`)}
    </div>
    ${i&&a`<${C} title=${l[i]} text=${g[i]} action=${l[i]} close=${()=>r("")} then=${()=>u(i)} />`}
  `}var so="2000";function Ee({model:o}){let[t,s]=m(""),[n,i]=m(""),[r,u]=m(!1),l=v(o,"/admin/announcements"),g=()=>{i("");let d=async()=>{await o.api.post("/admin/announcements",{text:t.trim()}),s(""),l.again()};return o.attempt(d,e("announced"),_e(i))},c=d=>a`<li key=${d.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${d.recalled?e("recalledMessage"):d.text||e("announcedFile")}</span>
        <span class="row-note">${D(d.by)} · ${f(d.time)}${d.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return a`<div class="page">
    <${h} title=${e("announcements")} back=${$("admin")} />
    <div class="page-body">
      <form onSubmit=${d=>(d.preventDefault(),t.trim()&&u(!0))}>
        <${_} label=${e("announce")} problem=${n} value=${t} change=${s} rows="3" maxlength=${so} />
        <div class="actions start"><button class="primary" disabled=${!t.trim()}>${e("announceSend")}</button></div>
      </form>
      <${y} model=${o} listing=${l} icon="megaphone" empty=${e("noAnnouncements")} row=${c} />
    </div>
    ${r&&a`<${C} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>u(!1)} then=${g} />`}
  </div>`}var ne={add_bot_to_group:["Took a bot into a group","将机器人加入群"],"bot add":["Made a bot (command)","创建机器人（命令行）"],"bot remove":["Deleted a bot (command)","删除机器人（命令行）"],"bot revoke":["Revoked a bot's token (command)","吊销机器人令牌（命令行）"],"bot token":["Made a bot's token (command)","创建机器人令牌（命令行）"],change_bot:["Changed a bot","修改机器人"],delete_bot:["Deleted a bot","删除机器人"],make_bot:["Made a bot","创建机器人"],make_bot_token:["Made a bot's token","创建机器人令牌"],make_command_secret:["Made another secret of a bot's commands","更换机器人命令的密钥"],remove_bot_from_group:["Took a bot out of a group","将机器人移出群"],revoke_bot_token:["Revoked a bot's token","吊销机器人令牌"],admin_archive_group:["Archived a group as administrator","以管理员身份归档群"],admin_delete_person:["Deleted somebody's account","删除他人账号"],admin_disable_person:["Disabled an account","停用账号"],admin_dissolve_group:["Dissolved a group as administrator","以管理员身份解散群"],admin_enable_person:["Enabled an account","启用账号"],admin_export_person:["Downloaded somebody's data","下载他人数据"],admin_link_export:["Asked for somebody's data","申请导出他人数据"],admin_make_person:["Made an account for somebody","为他人创建账号"],admin_remove_factors:["Took somebody's second factors away","取消他人的第二步验证"],admin_rename_person:["Renamed somebody","为他人改名"],admin_reset_password:["Reset somebody's password","重置他人密码"],admin_revoke_device:["Removed somebody's device","移除他人设备"],admin_set_owner:["Gave a group another owner","指定新群主"],admin_sign_out:["Signed somebody out","让他人退出登录"],admin_unarchive_group:["Opened an archived group again","取消归档群"],answer_device:["Let a device in, or refused it","允许或拒绝设备登录"],announce:["Announced to everyone","向所有人发布公告"],"app-password add":["Made an app password (command)","创建应用专用密码（命令行）"],"app-password revoke":["Revoked an app password (command)","撤销应用专用密码（命令行）"],approve_request:["Let somebody into a group","批准入群申请"],backup:["Made a backup (command)","备份（命令行）"],ban:["Banned somebody from a group","禁止他人入群"],begin_app:["Began to set up an app as a second factor","开始设置验证器应用"],begin_passkey:["Began to make a passkey","开始创建通行密钥"],begin_sign_on:["Began to sign in by the provider","开始通过登录服务登录"],change_address:["Changed one's e-mail address","修改电子邮箱"],change_group:["Changed a group","修改群资料"],change_incoming_hook:["Changed an incoming hook of a group","修改群的传入钩子"],change_mail_language:["Changed the language of one's mails","修改邮件语言"],change_me:["Changed one's profile","修改个人资料"],change_outgoing_hook:["Changed an outgoing hook","修改 Webhook"],change_password:["Changed one's password","修改密码"],close_report:["Closed a report","处理举报"],confirm_app:["Set up an app as a second factor","设置验证器应用"],create_link:["Made an invite link of a group","创建群邀请链接"],"db compact":["Made the database smaller (command)","压缩数据库（命令行）"],"db copy":["Copied the database (command)","复制数据库（命令行）"],delete_me:["Deleted one's account","删除自己的账号"],"device revoke":["Removed a device (command)","移除设备（命令行）"],disable_reported:["Disabled a reported account","停用被举报的账号"],dissolve_group:["Dissolved a group","解散群"],end_session:["Logged out another device","退出其他设备"],end_sessions:["Logged out everywhere","退出所有设备"],end_sign_on:["Came back from the provider","从登录服务返回"],export_me:["Downloaded one's data","下载自己的数据"],forget_audit:["Deleted old entries of the audit log","删除审计日志的旧条目"],forget_device:["Had a device remembered no longer","不再记住设备"],forgot_password:["Asked for a link to set a forgotten password","请求重置密码链接"],"hold add":["Began a hold (command)","添加保留（命令行）"],hold_group:["Held the messages of a group","保留群的消息"],"hold remove":["Ended a hold (command)","结束保留（命令行）"],hold_user:["Held somebody's messages","保留他人的消息"],"hook add":["Made an incoming hook of a group (command)","创建群的传入钩子（命令行）"],"hook off":["Switched an outgoing hook off (command)","停用 Webhook（命令行）"],"hook remove":["Removed an incoming hook of a group (command)","移除群的传入钩子（命令行）"],"hook roll":["Gave an incoming hook another address (command)","更换传入钩子的地址（命令行）"],invite:["Invited somebody to a group, or made an invite code (command)","邀请他人入群，或生成邀请码（命令行）"],"keys accept":["Accepted other keys (command)","接受其他密钥（命令行）"],"keys export":["Exported the keys (command)","导出密钥（命令行）"],"keys import":["Imported keys (command)","导入密钥（命令行）"],link_export:["Asked for one's data","申请导出自己的数据"],link_identity:["Linked an account of the provider","关联登录账号"],"log new-epoch":["Began a new epoch of the log (command)","开始新的日志纪元（命令行）"],log_in:["Logged in","登录"],log_out:["Logged out","退出登录"],make_incoming_hook:["Made an incoming hook of a group","创建群的传入钩子"],make_invite:["Made an invite code","生成邀请码"],make_outgoing_hook:["Made an outgoing hook","创建 Webhook"],make_passkey:["Made a passkey","创建通行密钥"],make_recovery_codes:["Made new recovery codes","生成新的恢复代码"],"media accept":["Accepted another place of the files (command)","接受文件的其他存放处（命令行）"],"media move":["Moved the files (command)","迁移文件（命令行）"],mute_group:["Muted a group","全员禁言"],mute_member:["Muted a member","禁言成员"],new_device:["Logged in with a new device","用新设备登录"],pin_message:["Pinned a message","置顶消息"],provider_ends_session:["The provider ended a session","登录服务结束会话"],provider_sets_role:["The provider changed a role","登录服务更改角色"],recall_message:["Took back a message of somebody else","撤回他人的消息"],recall_reported:["Took back a reported message","撤回被举报的消息"],refresh_reused:["Used old tokens again","重复使用旧令牌"],register:["Made an account","注册账号"],remove_app:["Took the app away as a second factor","移除验证器应用"],reject_request:["Rejected or took back a request to join a group","拒绝或撤回入群申请"],release_group:["Ended the hold of a group","结束对群的保留"],release_user:["Ended the hold of somebody","结束对他人的保留"],remove_incoming_hook:["Removed an incoming hook of a group","移除群的传入钩子"],remove_member:["Removed a member, or left a group","移除成员，或退出群"],remove_outgoing_hook:["Removed an outgoing hook","删除 Webhook"],remove_passkey:["Removed a passkey","移除通行密钥"],rename_passkey:["Renamed a passkey","重命名通行密钥"],repeat_hook_delivery:["Had a hook deliver an event again","重新投递 Webhook 事件"],reset_registration:["Let the setting say who may register","注册方式恢复为设置"],restore:["Restored a backup (command)","恢复备份（命令行）"],retention:["Set how long messages are kept (command)","设置消息保存期限（命令行）"],make_app_password:["Made an app password","创建应用专用密码"],revoke_app_password:["Revoked an app password","撤销应用专用密码"],revoke_device:["Removed one's device","移除自己的设备"],revoke_invite:["Revoked an invite code","作废邀请码"],revoke_link:["Revoked an invite link of a group","作废群邀请链接"],roll_incoming_hook:["Gave an incoming hook another address","更换传入钩子的地址"],roll_outgoing_hook:["Made another secret of an outgoing hook","更换 Webhook 密钥"],set_command_urls:["Set the addresses of a bot's commands","设置机器人命令的地址"],set_group_retention:["Set how long a group keeps messages","设置群的消息保存期限"],set_password:["Set a password by a link","通过链接设置密码"],set_registration:["Chose who may register","选择谁可以注册"],set_role:["Gave a member another role","更改成员角色"],set_server_role:["Gave somebody a role in the server","更改他人在服务器中的角色"],show_passkey:["Asked for a passkey as a proof","请求通行密钥验证"],switch_off_hook:["An outgoing hook was switched off","Webhook 被自动停用"],token:["Made a token (command)","生成令牌（命令行）"],unban:["Ended a ban from a group","解除禁止入群"],unlink_identity:["Unlinked an account of the provider","解除关联登录账号"],unmute_group:["Ended the mute of a group","解除全员禁言"],unmute_member:["Ended the mute of a member","解除成员禁言"],unpin_message:["Unpinned a message","取消置顶消息"],"user add":["Made an account (command)","创建账号（命令行）"],"user admin":["Chose whether somebody is an administrator (command)","设置是否为管理员（命令行）"],"user delete":["Deleted an account (command)","删除账号（命令行）"],"user disable":["Disabled an account (command)","停用账号（命令行）"],"user enable":["Enabled an account (command)","启用账号（命令行）"],"user export":["Exported somebody's data (command)","导出他人数据（命令行）"],"user factors":["Took somebody's second factors away (command)","取消他人的第二步验证（命令行）"],export:["Exported the whole server (command)","导出整个服务器（命令行）"],import:["Imported from another server (command)","从其他服务器导入（命令行）"],"user import":["Imported accounts (command)","导入账号（命令行）"],"user passwd":["Set somebody's password (command)","设置他人密码（命令行）"],"user rename":["Renamed somebody (command)","为他人改名（命令行）"],"user role":["Gave somebody a role in the server (command)","更改他人在服务器中的角色（命令行）"],withdraw_invitation:["Declined or took back an invitation to a group","拒绝或撤回入群邀请"],verify_address:["Verified one's e-mail address","验证电子邮箱"]},xe=()=>Z()==="zh"?1:0,Ne=o=>Object.hasOwn(ne,o)?ne[o][xe()]:o;function Le(o){let t=o.toLowerCase();return Object.keys(ne).find(s=>ne[s][xe()].toLowerCase()===t)??o}function Me({model:o}){let[t,s]=m(""),[n,i]=m(""),[r,u]=m(""),[l,g]=m(0),c=N(t).trim();V(()=>{let k=!1;return g(0),c&&o.api.get(`/users?limit=10&text=${encodeURIComponent(c)}`).then(({items:p})=>k||g(p[0]?.id??0),()=>{}),()=>k=!0},[c]);let d=v(o,"/admin/audit",{user:c?l||io:"",act:Le(N(n).trim()),since:r?ve(r):""});return a`<div class="page">
    <${h} title=${e("adminAudit")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${_} label=${e("auditUser")} type="search" value=${t} change=${s} maxlength="64" autocomplete="off" />
        <${_} label=${e("auditAct")} type="search" value=${n} change=${i} maxlength="64" autocomplete="off" />
        <${_} label=${e("auditSince")} type="date" value=${r} change=${u} />
      </div>
      <${y} model=${o} listing=${d} icon="list" empty=${d.more?e("auditLookOn"):e("noEntries")} row=${ro} />
      ${d.items?.length===0&&d.more&&a`<div class="actions start"><button type="button" onClick=${d.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var io=Number.MAX_SAFE_INTEGER;function ro(o){let t=o.actor?D(o.actor):o.via==="command"?e("byCommand"):o.via==="daemon"?e("byDaemon"):e("nobodySignedIn"),s=o.whose&&o.whose.id!==o.actor?.id&&`→ ${D(o.whose)}`,n=[f(o.time),o.via,o.address,o.device&&e("deviceNumber",{number:o.device}),o.group&&`${e("group")} ${o.group}`,o.count>1&&`×${o.count}`];return a`<li key=${o.id} class="row">
    <span class="row-text">
      <span class="row-title wrap"><span title=${o.act}>${Ne(o.act)}</span>${o.outcome==="ok"?"":` (${o.outcome})`}: ${t} ${s}</span>
      <span class="row-note wrap">${n.filter(Boolean).join(" · ")}</span>
      ${o.detail&&a`<span class="row-note wrap">${o.detail}</span>`}
    </span>
  </li>`}var mo="36500",lo="300",de=o=>o===0?e("keptForEver"):o===1?e("oneDay"):e("countDays",{count:o});function Pe({model:o}){let t=O(o,"/admin/retention"),s=v(o,"/admin/retention/groups"),n=v(o,"/admin/holds"),[i,r]=m(!1),[u,l]=m(null),g=()=>o.attempt(async()=>{await o.api.delete(me(u)),n.again()},e("saved")),c=d=>a`<li key=${d.group} class="row">
      <a class="row-main" href=${$("admin","groups",d.group)}>
        <span class="row-text"><span class="row-title">${d.name}</span><span class="row-note">${de(d.days)}</span></span>
      </a>
    </li>`;return a`<div class="page">
    <${h} title=${e("keeping")} back=${$("admin")}><${X} icon="plus" label=${e("holdMake")} onClick=${()=>r(!0)} /><//>
    <div class="page-body">
      ${t.found?a`<${L} facts=${[[e("keptByServer"),de(t.found.days)]]} />`:a`<${R} model=${o} away=${t.away} />`}
      <p class="dim">${e("keptByServerHint")}</p>
      <h2 class="list-head">${e("keptApart")}</h2>
      <${y} model=${o} listing=${s} icon="groups" empty=${e("noneKeptApart")} row=${c} />
      <h2 class="list-head">${e("holds")}</h2>
      <p class="dim">${e("holdsHint")}</p>
      <${y} model=${o} listing=${n} icon="lock" empty=${e("noHolds")} row=${d=>a`<${co} key=${me(d)} model=${o} hold=${d} end=${()=>l(d)} />`} />
    </div>
    ${i&&a`<${po} model=${o} close=${()=>r(!1)} made=${n.again} />`}
    ${u&&a`<${C} title=${e("holdEnd")} text=${e("holdEndQuestion",{name:le(u)})} action=${e("holdEnd")} close=${()=>l(null)} then=${g} />`}
  </div>`}var me=o=>o.group?`/admin/holds/groups/${o.group}`:`/admin/holds/users/${o.user}`,le=o=>o.name??`${e(o.group?"group":"deletedAccount")} ${o.group??o.user}`;function co({model:o,hold:t,end:s}){let n=t.by?o.people.name(t.by):e("byCommand"),i=t.group?$("admin","groups",t.group):$("admin","people",t.user);return a`<li class="row">
    <a class="row-main" href=${i}>
      <span class="row-text">
        <span class="row-title">${le(t)}</span>
        <span class="row-note wrap">${[e(t.group?"group":"adminPerson"),e("since",{time:f(t.since)}),n].join(" · ")}</span>
        ${t.reason&&a`<span class="row-note wrap">${t.reason}</span>`}
      </span>
    </a>
    <span class="row-actions"><button type="button" class="small danger-text" aria-label=${e("holdEndOf",{name:le(t)})} onClick=${s}>${e("holdEnd")}</button></span>
  </li>`}function po({model:o,close:t,made:s}){let[n,i]=m("people"),[r,u]=m(""),[l,g]=m(null),[c,d]=m(""),[k,p]=m(""),A=v(o,`/admin/${n}`,{text:N(r).trim()}),w=Y(async H=>{H.preventDefault(),p(""),await o.attempt(async()=>{await o.api.put(me({[n==="groups"?"group":"user"]:l.id}),{reason:c.trim()}),s(),t()},e("saved"),I=>I.code!=="offline"&&(p(G(I)),!0))}),b=H=>H.displayName??H.name,S=H=>a`<li key=${H.id} class="row">
    <button type="button" class="row-main" onClick=${()=>g(H)}>
      <span class="row-text"><span class="row-title">${b(H)}</span>${n==="people"&&a`<span class="row-note">${H.name}</span>`}</span>
    </button>
  </li>`;return l?a`<${F} key="why" title=${e("holdMake")} close=${t}>
    <form onSubmit=${w}>
      <p>${e("holdMakeHint",{name:b(l)})}</p>
      <${_} label=${e("holdReason")} value=${c} change=${d} problem=${k} rows="3" maxlength=${lo} />
      <div class="actions">
        <button type="button" onClick=${()=>g(null)}>${e("back")}</button>
        <button type="submit" class="primary">${e("holdMake")}</button>
      </div>
    </form>
  <//>`:a`<${F} key="who" title=${e("holdMake")} close=${t}>
      <div class="filters"><${T} label=${e("holdOf")} options=${{people:e("adminPerson"),groups:e("group")}} value=${n} change=${i} /></div>
      <${W} label=${e(n==="people"?"adminFindPeople":"adminFindGroups")} value=${r} change=${u} />
      <${y} model=${o} listing=${A} icon="search" empty=${e(n==="people"?"nobodyFound":"adminNoGroups")} row=${S} />
    <//>`}function Fe({model:o,group:t}){let s=`/admin/groups/${t.id}/retention`,{found:n,away:i,again:r}=O(o,s),[u,l]=m(""),[g,c]=m(""),[d,k]=m(!1);if(!n)return a`<${R} model=${o} away=${i} />`;let p=n.days===void 0?"server":n.days===0?"ever":"days",A=u||p,w={server:e("keptAsServer",{days:de(n.server)}),ever:e("keptForEver"),days:e("keptForDays")},b=()=>o.attempt(async()=>{let H={server:null,ever:0,days:Number(g||n.days)};await o.api.put(s,{days:H[A]}),l(""),c(""),r()},e("saved")),S=H=>{H.preventDefault(),k(!0)};return a`
    <h2 class="list-head">${e("keeping")}</h2>
    <form class="filters" onSubmit=${S}>
      <${T} label=${e("keptFor")} options=${w} value=${A} change=${l} />
      ${A==="days"&&a`<${_} label=${e("keptDays")} type="number" min="1" max=${mo} required value=${g||(n.days??"")} change=${c} />`}
      ${(A!==p||g&&Number(g)!==n.days)&&a`<button type="submit" class="primary">${e("save")}</button>`}
    </form>
    ${d&&a`<${C} title=${e("keeping")} text=${e("keptQuestion",{name:t.name})} action=${e("save")} close=${()=>k(!1)} then=${b} />`}
  `}function Ue({model:o}){let t=v(o,"/admin/online");return a`<div class="page">
    <${h} title=${e("adminOnline")} back=${$("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${t.again}>${e("lookAgain")}</button></div>
      <${y} model=${o} listing=${t} icon="person" empty=${e("nobodyOnline")} row=${$o} />
    </div>
  </div>`}function $o({user:o,devices:t}){return a`<li key=${o.id} class="row">
    <span class="row-text">
      <span class="row-title">${D(o)}</span>
      ${t.map((s,n)=>a`<span key=${n} class="row-note wrap">${[s.device?e("deviceNumber",{number:s.device}):e("v1Device"),s.address,s.since&&e("since",{time:f(s.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}var uo={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Be({model:o,more:t}){let s=Number(t);return s?a`<${ho} key=${s} model=${o} id=${s} />`:a`<${go} model=${o} />`}function go({model:o}){let[t,s]=m(""),[n,i]=m(""),r=v(o,"/admin/groups",{text:N(t).trim(),state:n}),u={"":e("adminAny"),active:e("adminActive"),archived:e("adminArchived"),ownerless:e("adminOwnerLost")};return a`<div class="page">
    <${h} title=${e("groups")} back=${$("admin")} />
    <div class="page-body">
      <${W} label=${e("adminFindGroups")} value=${t} change=${s} />
      <div class="filters"><${T} label=${e("adminState")} options=${u} value=${n} change=${i} /></div>
      <${y} model=${o} listing=${r} icon="groups" empty=${e("adminNoGroups")} row=${l=>a`<${fo} key=${l.id} model=${o} group=${l} />`} />
    </div>
  </div>`}function fo({model:o,group:t}){let s=[e(t.size===1?"oneMember":"members",{count:t.size}),t.ownerLost&&e("adminOwnerLost"),t.archived&&e("adminArchived")];return a`<${te} model=${o} group=${t} note=${s.filter(Boolean).join(" · ")} href=${$("admin","groups",t.id)} />`}function ho({model:o,id:t}){let s=`/admin/groups/${t}`,{found:n,away:i,problem:r,again:u}=O(o,s),[l,g]=m(""),c=a`<${h} title=${e("group")} back=${$("admin","groups")} />`;if(!n)return a`<div class="page">${c}<${R} model=${o} away=${i} problem=${r} /></div>`;let d=w=>o.attempt(async()=>{await w(),u()},e("saved")),k={adminArchive:()=>d(()=>o.api.put(`${s}/archived`)),dissolve:()=>o.attempt(async()=>{await o.api.delete(s),P("admin","groups")},e("adminDissolved"))},p=x(o.me,"administrator"),A=n.owner.name?n.owner.displayName:e("deletedAccount");return a`<div class="page">
    ${c}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${o} id=${t} name=${n.name} picture=${n.picture} kind="group" size="large" />
        <h2>${n.name}</h2>
        ${n.description&&a`<p class="bio">${n.description}</p>`}
        ${n.archived&&a`<p class="dim" role="status">${e("groupArchived")}</p>`}
        ${n.ownerLost&&a`<p class="problem" role="status">${e(p?"adminOwnerLostHint":"adminOwnerLost")}</p>`}
      </div>
      ${p&&a`<div class="tiles">
          ${n.archived?a`<${E} icon="edit" text=${e("adminUnarchive")} act=${()=>d(()=>o.api.delete(`${s}/archived`))} />`:a`<${E} icon="archive" text=${e("adminArchive")} act=${()=>g("adminArchive")} />`}
        </div>`}
      <${L}
        facts=${[[e("owner"),a`<a href=${$("admin","people",n.owner.id)}>${A}</a>`],[e("membersTitle"),String(n.size)],[e("whoMayJoin"),e(uo[n.joinPolicy])],[e("adminCreated"),f(n.created)],[e("adminArchived"),n.archived&&f(n.archived)],[e("adminFiles"),e("adminFilesOf",{count:n.files,size:M(n.room)})]]}
      />
      ${p&&a`<${Fe} model=${o} group=${n} />`}
      <${vo} model=${o} path=${s} group=${n} mayGive=${p&&n.ownerLost} act=${d} />
      ${p&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>g("dissolve")}><${B} name="recall" />${e("dissolve")}</button>
        </div>`}
    </div>
    ${l&&a`<${C} title=${e(l)} text=${e(`${l}Question`,{name:n.name})} action=${e(l)} close=${()=>g("")} then=${k[l]} />`}
  </div>`}function vo({model:o,path:t,group:s,mayGive:n,act:i}){let[r,u]=m(""),[l,g]=m(null),c=v(o,`${t}/members`,{name:N(r).trim()}),d=async()=>{await i(()=>o.api.put(`${t}/owner`,{user:l.id}))&&c.again()},k=p=>a`<${oe} key=${p.id} model=${o} person=${p} note=${p.role==="member"?"":e(p.role)} href=${$("admin","people",p.id)}>
    ${n&&p.id!==s.owner.id&&a`<button type="button" class="small" aria-label=${e("adminMakeOwnerOf",{name:p.displayName})} onClick=${()=>g(p)}>${e("makeOwner")}</button>`}
  <//>`;return a`
    <h2 class="list-head">${e("membersTitle")}</h2>
    <${W} label=${e("findMembers")} value=${r} change=${u} />
    <${y} model=${o} listing=${c} icon="contacts" empty=${e("nobodyFound")} row=${k} />
    ${l&&a`<${C} title=${e("makeOwner")} text=${e("adminMakeOwnerQuestion",{name:l.displayName})} action=${e("makeOwner")} close=${()=>g(null)} then=${d} />`}
  `}var j=o=>Object.fromEntries(o.map(t=>[t,e(`role_${t}`)]));function ce(o,t){return re(o)==="owner"||Q.indexOf(t)<Q.indexOf(re(o))}var Ge=o=>Q.filter(t=>ce(o,t));function Qe({model:o,id:t}){let s=`/admin/people/${t}`,{found:n,away:i,problem:r,again:u}=O(o,s),[l,g]=m(0),[c,d]=m(""),[k,p]=m(null),A=a`<${h} title=${e("adminPerson")} back=${$("admin","people")} />`;if(!n)return a`<div class="page">${A}<${R} model=${o} away=${i} problem=${r} /></div>`;let{api:w,me:b}=o,S=()=>d(""),H=()=>{u(),g(U=>U+1)},I=(U,Xe=e("saved"))=>o.attempt(async()=>{await U(),H()},Xe),K=x(b,"administrator"),q=ce(b,n.role),z=q&&K,fe={adminDisable:()=>I(()=>w.put(`${s}/disabled`)),adminSignOut:()=>I(()=>w.post(`${s}/sign-out`,{}),e("adminSignedOut")),adminReset:()=>I(async()=>p(await w.post(`${s}/password`)),""),adminFactors:()=>I(()=>w.delete(`${s}/factors`)),adminExport:()=>Se(o,`${s}/export`,e("adminExportComes")),adminDelete:()=>o.attempt(async()=>{await w.delete(s),P("admin","people")},e("adminDeleted"))};return a`<div class="page">
    ${A}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${o} id=${t} name=${n.displayName} picture=${n.avatar} size="large" />
        <h2>${n.displayName}<${Ae} of=${n} /></h2>
        ${n.disabled&&a`<p class="problem" role="status">${e("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${t!==o.state.user&&a`<${E} icon="chats" text=${e("message")} act=${()=>P("chats",`user-${t}`)} />`}
        ${z&&a`<${E} icon="edit" text=${e("adminRename")} act=${()=>d("rename")} />`}
        ${z&&!n.bot&&a`<${E} icon="lock" text=${e("adminReset")} act=${()=>d("adminReset")} />`}
        ${x(b,"owner")&&a`<${E} icon="download" text=${e("adminExport")} act=${()=>d("adminExport")} />`}
        ${q&&a`<${E} icon="leave" text=${e("adminSignOut")} act=${()=>d("adminSignOut")} />`}
        ${q&&(n.disabled?a`<${E} icon="check" text=${e("adminEnable")} act=${()=>I(()=>w.delete(`${s}/disabled`))} />`:a`<${E} icon="block" text=${e("adminDisable")} act=${()=>d("adminDisable")} />`)}
      </div>
      <${L}
        facts=${[[e("loginName"),n.name],[e("adminRole"),z?null:j([n.role])[n.role]],[e("adminCreated"),f(n.created)],[e("adminBotOwner"),n.bot?n.owner?o.people.name(n.owner):e("adminServersBot"):null],[e("adminLastUse"),n.lastUse?f(n.lastUse):e("adminNeverUsed")],[e("adminDevices"),String(n.devices)],[e("groups"),e("adminGroupsOf",{count:n.groups,owned:n.owned})],[e("adminFiles"),e("adminFilesOf",{count:n.files,size:M(n.room)})]]}
      />
      ${z&&a`<${T}
          label=${e("adminRole")}
          options=${j(Q.filter(U=>U===n.role||Ge(b).includes(U)))}
          value=${n.role}
          change=${U=>I(()=>w.put(`${s}/role`,{role:U}))}
        />`}
      ${z&&a`<${ko} key=${l} model=${o} path=${s} remove=${()=>d("adminFactors")} />`}
      ${K&&a`<${Oe} from="security" is="SessionsOf" key=${l} model=${o} path=${s} mayAct=${q} />`}
      <${yo} model=${o} path=${s} />
      ${z&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>d("adminDelete")}><${B} name="recall" />${e("adminDelete")}</button>
        </div>`}
    </div>
    ${c==="rename"&&a`<${bo} model=${o} path=${s} person=${n} close=${S} again=${H} />`}
    ${c in fe&&a`<${C} title=${e(c)} text=${e(`${c}Question`,{name:n.displayName})} action=${e(c)} close=${S} then=${fe[c]} />`}
    ${k&&a`<${pe} model=${o} link=${k} name=${n.displayName} close=${()=>p(null)} />`}
  </div>`}function pe({model:o,link:t,name:s,close:n}){let i=`${location.origin}${we}/${$("password",t.code)}`;return a`<${F} title=${e("adminLink")} close=${n}>
    <p>${e("adminLinkHint",{name:s,time:f(t.expires)})}</p>
    <div class="share-address">
      <${Te} model=${o} label=${e("address")} text=${i} />
    </div>
  <//>`}function bo({model:o,path:t,person:s,close:n,again:i}){let[r,u]=m(s.name),[l,g]=m(s.displayName),[c,d]=m(""),k=Y(async p=>{p.preventDefault(),d("");let A=async()=>{await o.api.patch(t,{name:r,displayName:l}),o.people.again(s.id),i(),n()};await o.attempt(A,e("saved"),w=>w.code!=="offline"&&(d(G(w)),!0))});return a`<${F} title=${e("adminRename")} close=${n}>
    <form onSubmit=${k}>
      <${_} label=${e("loginName")} value=${r} change=${u} problem=${c} maxlength="64" autocomplete="off" required />
      <${_} label=${e("displayName")} value=${l} change=${g} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${e("save")}</button></div>
    </form>
  <//>`}function ko({model:o,path:t,remove:s}){let{found:n}=O(o,`${t}/factors`);if(!n?.factors.length)return null;let i={totp:e("adminApp"),passkey:e("adminPasskey"),recovery:e("adminRecovery",{count:n.recoveryLeft})};return a`
    <h2 class="list-head">${e("adminFactorsHead")}</h2>
    <p class="dim">${n.factors.map(r=>i[r]).join(" · ")}</p>
    <div class="actions start"><button type="button" class="danger-text" onClick=${s}>${e("adminFactors")}</button></div>
  `}function yo({model:o,path:t}){let s=v(o,`${t}/groups`),n=({role:i,size:r})=>[i!=="member"&&e(i),e(r===1?"oneMember":"members",{count:r})].filter(Boolean).join(" · ");return a`
    <h2 class="list-head">${e("groups")}</h2>
    <${y}
      model=${o}
      listing=${s}
      icon="groups"
      empty=${e("adminNoGroups")}
      row=${i=>a`<${te} key=${i.id} model=${o} group=${i} note=${n(i)} href=${$("admin","groups",i.id)} />`}
    />
  `}var $e=24*36e5;function We({model:o,more:t}){let s=Number(t);return s?a`<${Qe} key=${s} model=${o} id=${s} />`:a`<${Ao} model=${o} />`}var wo=()=>({"":e("adminAny"),month:e("adminUsedMonth"),season:e("adminUnusedSeason"),year:e("adminUnusedYear")});function _o(o,t){let s=n=>Math.floor(t/$e)*$e-n*$e;return o==="month"?{usedSince:s(30)}:{unusedSince:{season:s(90),year:s(365)}[o]}}function Ao({model:o}){let[t,s]=m(""),[n,i]=m(""),[r,u]=m(""),[l,g]=m(""),[c,d]=m(""),[k,p]=m(!1),A={text:N(t).trim(),role:n,state:l,bot:r,..._o(c,o.now())},w=v(o,"/admin/people",A),b={"":e("adminAny"),active:e("adminActive"),disabled:e("adminDisabled")};return a`<div class="page">
    <${h} title=${e("adminPeople")} back=${$("admin")}>
      ${x(o.me,"administrator")&&a`<${X} icon="plus" label=${e("adminMakePerson")} onClick=${()=>p(!0)} />`}
    <//>
    <div class="page-body">
      <${W} label=${e("adminFindPeople")} value=${t} change=${s} />
      <div class="filters">
        <${T} label=${e("adminRole")} options=${{"":e("adminAny"),...j(Q)}} value=${n} change=${i} />
        <${T} label=${e("adminState")} options=${b} value=${l} change=${g} />
        <${T} label=${e("adminKind")} options=${{"":e("adminAny"),false:e("adminPersons"),true:e("bots")}} value=${r} change=${u} />
        <${T} label=${e("adminUse")} options=${wo()} value=${c} change=${d} />
      </div>
      <${y}
        model=${o}
        listing=${w}
        icon="search"
        empty=${e("nobodyFound")}
        row=${S=>a`<${Ho} key=${S.id} model=${o} person=${S} />`}
      />
    </div>
    ${k&&a`<${To} model=${o} close=${()=>p(!1)} />`}
  </div>`}function Ho({model:o,person:t}){o.people.known.get(t.id)||o.people.know({id:t.id,name:t.name,displayName:t.displayName,avatar:t.avatar,bot:t.bot});let s=[t.name!==t.displayName&&t.name,t.role!=="member"&&j([t.role])[t.role],t.disabled&&e("isDisabled"),t.owner&&e("adminBotOf",{name:o.people.name(t.owner)}),t.lastUse?e("adminUsedAt",{time:f(t.lastUse)}):e("adminNeverUsed")];return a`<${oe} model=${o} person=${t} note=${s.filter(Boolean).join(" · ")} href=${$("admin","people",t.id)} />`}function To({model:o,close:t}){let[s,n]=m(""),[i,r]=m(""),[u,l]=m(""),[g,c]=m(!0),[d,k]=m({name:"",password:""}),[p,A]=m(null),w=Y(async S=>{S.preventDefault(),k({name:"",password:""});let H={name:s,displayName:i,...g?{}:{password:u}};await o.attempt(async()=>A(await o.api.post("/admin/people",H)),"",I=>{let K=ke(I)?"password":"name";return I.code!=="offline"&&k({name:"",password:"",[K]:G(I)}),I.code!=="offline"})}),b=()=>{t(),p&&P("admin","people",p.person.id)};return p?.link?a`<${pe} model=${o} link=${p.link} name=${p.person.displayName} close=${b} />`:p?a`<${F} title=${e("adminMakePerson")} close=${b}><p role="status">${e("adminMade",{name:p.person.displayName})}</p><//>`:a`<${F} title=${e("adminMakePerson")} close=${t}>
    <form onSubmit=${w}>
      <${_} label=${e("loginName")} value=${s} change=${n} problem=${d.name} maxlength="64" autocomplete="off" required />
      <${_} label=${e("displayName")} value=${i} change=${r} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${g} onChange=${S=>c(S.currentTarget.checked)} />
        <span>${e("adminByLink")}</span>
      </label>
      ${!g&&a`<${be} label=${e("password")} value=${u} change=${l} problem=${d.password} />`}
      <div class="actions"><button type="submit" class="primary">${e("adminMakePerson")}</button></div>
    </form>
  <//>`}var ue="/admin/registration";function Ye({model:o}){return a`<div class="page">
    <${h} title=${e("adminRegistration")} back=${$("admin")} />
    <div class="page-body">
      <${So} model=${o} />
      <${Oo} model=${o} />
    </div>
  </div>`}var ze=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function So({model:o}){let{found:t,away:s,set:n}=O(o,ue);if(!t)return a`<${R} model=${o} away=${s} />`;let i=l=>o.attempt(async()=>n(await o.api.put(ue,{policy:l})),e("saved")),r=()=>o.attempt(async()=>n(await o.api.delete(ue)),e("saved")),u={...ze(),local:e("makersLocal")};return a`
    <${ye} label=${e("whoRegisters")} options=${ze()} value=${t.policy} change=${i} />
    <p class="dim">
      ${t.chosen?e("makersChosen",{name:D(t.chosenBy),time:f(t.chosen),setting:u[t.setting]}):e("makersSetting",{setting:u[t.setting]})}
    </p>
    ${t.chosen&&a`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function Oo({model:o}){let[t,s]=m("1"),[n,i]=m("7"),[r,u]=m("member"),[l,g]=m(""),[c,d]=m(null),k=v(o,"/admin/invites"),p=b=>{b.preventDefault(),o.attempt(async()=>{let S=await o.api.post("/admin/invites",{uses:Number(t),days:Number(n),role:r});g(S.code),k.again()})},A=()=>o.attempt(async()=>{await o.api.delete(`/admin/invites/${c.id}`),k.again()}),w=b=>a`<li key=${b.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:b.left,uses:b.uses??b.left})}</span>
        <span class="row-note wrap">${e(b.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:f(b.expires)})} · ${b.by?D(b.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>d(b)}>${e("revoke")}</button></span>
    </li>`;return a`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${p}>
      <${_} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${t} change=${s} />
      <${_} label=${e("inviteDays")} type="number" min="1" max="366" required value=${n} change=${i} />
      <${T} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${u} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${l&&a`<p class="made-code"><code>${l}</code>
          <button type="button" class="small" onClick=${()=>o.attempt(()=>navigator.clipboard.writeText(l),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${y} model=${o} listing=${k} icon="invite" empty=${e("noInvites")} row=${w} />
    ${c&&a`<${C} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>d(null)} then=${A} />`}
  `}var je={HICHAT_STATE_DIR:"存放数据库、密钥和上传文件的目录",HICHAT_LISTEN:"HTTP 和 WebSocket 的 Twisted 端点",HICHAT_METRICS_LISTEN:"/metrics 的 Twisted 端点，设置后另一个端点不再提供 /metrics [默认：由另一个端点提供]",HICHAT_UDP:"数据平面的地址，格式为 HOST:PORT",HICHAT_DATABASE:"SQLAlchemy URL [默认：状态目录中的 hichat.db]",HICHAT_REDIS:"使多个服务合为一个的 Redis 或 Valkey 的 URL",HICHAT_MEDIA:"上传文件的存放处：folder（状态目录中），或 s3://BUCKET/PREFIX",HICHAT_MEDIA_FROM:"用 hichat media move 迁移文件期间，文件原来的存放处；格式同 HICHAT_MEDIA",HICHAT_LOG_LEVEL:"debug、info、warn、error 或 critical",HICHAT_LOG_FORMAT:"text，或 json：每行一个对象",HICHAT_WORKERS:"共用端口的进程数，最多 64；第 k 个进程使用数据平面的端口加 k",HICHAT_UPLOAD_LIMIT:"可上传的单个文件的最大字节数",HICHAT_UPLOAD_QUOTA:"每个用户上传的全部文件的最大总字节数",HICHAT_PUBLIC_URL:"外部访问此服务的地址：协议、主机和路径 [默认：以每个请求为准]",HICHAT_TRUSTED_PROXIES:"采信谁的 X-Forwarded-For：网段、loopback、unix（套接字）；或 off",HICHAT_ORIGINS:"除自身外，其页面可使用 v2 的来源",HICHAT_HSTS:"Strict-Transport-Security 的秒数，仅用于 https",HICHAT_REGISTRATION:"谁可以注册账号：open（任何人）、invite（凭邀请码）、closed（无人）；auto：仅本机可访问时为 open",HICHAT_LOGIN_LIMIT:"次数/秒数：每个账号的登录失败次数；或 off",HICHAT_ADDRESS_LIMIT:"次数/秒数：每个地址的登录失败次数；或 off",HICHAT_REGISTER_LIMIT:"次数/秒数：每个地址注册的账号数；或 off",HICHAT_PASSWORD_LENGTH:"新密码的最少字符数",HICHAT_SECOND_FACTOR:"登录时需要第二步验证的角色，以逗号分隔；all（所有角色）；或 off",HICHAT_PASSWORDS:"on；或 off：只有所有者可用 HiChat 自己的密码登录",HICHAT_OIDC_ISSUER:"用于登录的 OpenID Connect 服务的地址（issuer）",HICHAT_OIDC_CLIENT_ID:"HiChat 在该服务中的客户端标识（client id）",HICHAT_OIDC_CLIENT_SECRET:"客户端密钥，或 file:路径；为空则是公开客户端",HICHAT_OIDC_NAME:"该服务的名称，显示在登录按钮上；默认为其主机名",HICHAT_OIDC_SCOPES:"向该服务申请的 scope；默认为 openid profile email groups offline_access 中它支持的那些",HICHAT_OIDC_ROLES:"声明名: 值=角色, 值=角色：哪些人可以通过该服务登录，各是什么角色；默认所有人，最初为成员",HICHAT_HTTP_LIMIT:"毫秒/秒数：每个用户的 HTTP 调用占用的处理器时间；每个地址为其五倍；或 off",HICHAT_CONNECTIONS:"每个进程的连接数；auto：由可打开文件数的上限决定",HICHAT_ADDRESS_CONNECTIONS:"每个进程中来自同一地址的连接数",HICHAT_USER_CONNECTIONS:"每个进程中同一用户的连接数，以及处理中的请求数",HICHAT_SESSION_LIFETIME:"登录在多少秒后失效",HICHAT_CONNECTION_DAYS:"为 hichat trace 保存连接和被拒绝的帧的天数；0：不保存",HICHAT_AUDIT_DAYS:"审计日志保存的天数，至少 30；0：永久",HICHAT_RETENTION:"消息保存的天数，hichat retention 或 hichat hold 另有规定的除外；0：永久",HICHAT_V1:"on，或 off：只服务 v2 客户端",HICHAT_DRAFT_LIMIT:"处理中的消息达到此数时，服务暂停读取其发送者",HICHAT_BATCH_LIMIT:"一次提交的消息数",HICHAT_UNSENT_LIMIT:"客户端不读取时，最多等待发送的字节数",HICHAT_SYNC_PAGE:"同步时每页的事件数",HICHAT_MESSAGE_RATE:"每个连接每秒可发送的帧数",HICHAT_MESSAGE_LIMIT:"数量/秒数：每个用户的消息数，超出的稍后读取；或 off",HICHAT_BOT_LIMIT:"数量/秒数：每个机器人可发送的消息数；超出的部分稍后读取；或 off",HICHAT_BOT_MAKERS:"谁可以创建机器人：everybody（所有人）或 administrators（仅管理员）",HICHAT_STRANGER_LIMIT:"数量/秒数：每个用户可与非联系人开始的会话数；或 off",HICHAT_HOOK_LIMIT:"次数/秒数：每个传入钩子的调用次数；或 off",HICHAT_EDIT_LIMIT:"可以编辑或撤回消息的秒数",HICHAT_GROUP_SIZE:"群的成员数",HICHAT_GROUPS_OWNED:"每个群主的群数",HICHAT_GROUPS_JOINED:"每个用户可加入的群数",HICHAT_DELETED_MESSAGES:"已删除账号的用户的消息：keep（保留），或 remove（移除）",HICHAT_PRESENCE:"on，或 off：不告知任何人谁在线或正在输入",HICHAT_WRITE_TO:"可以给谁发消息：anyone（任何人），或 contacts（仅联系人）",HICHAT_SMTP:"向用户发送电子邮件的服务器：smtps://USER:SECRET@HOST，或使用 STARTTLS 的 smtp://",HICHAT_MAIL_FROM:"邮件的发件人：ADDRESS 或 NAME <ADDRESS>",HICHAT_PLUGINS:"运行的插件的名称，以逗号分隔",HICHAT_PLUGIN_MEMORY:"每个插件可用内存的 MiB 数",HICHAT_FETCH_PRIVATE:"用户提供的网址（例如 Webhook）可以访问的内部网络，用逗号分隔；all 表示全部 [默认：仅公共网络]"};function Ke({model:o}){let t=v(o,"/admin/settings");return a`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${h} title=${e("adminSettings")} back=${$("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${y} model=${o} listing=${t} icon="settings" empty=${e("noEntries")} row=${Co} />
    </div>
  </div>`}var Io=o=>Z()==="zh"&&je[o.name]||o.about;function Co(o){let t=o.secret?e("settingSecret"):o.value??e("settingEmpty");return a`<li key=${o.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${o.name} = ${t}</span>
      <span class="row-note wrap">${o.source==="default"?e("settingDefault"):e("settingFrom",{source:o.source})} · ${Io(o)}</span>
    </span>
  </li>`}function qe({model:o}){let t=v(o,"/admin/workers"),s=v(o,"/admin/nodes"),n=()=>{t.again(),s.again()};return a`<div class="page">
    <${h} title=${e("adminWorkers")} back=${$("admin")} />
    <div class="page-body">
      ${!t.items&&a`<${R} model=${o} away=${t.away} />`}
      ${t.items&&a`<${ge}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${t.items.map(i=>[i.host,i.worker,i.version,i.connections,i.users,i.lag,f(i.began)])}
        />`}
      ${t.more&&a`<${ie} key=${t.items?.length} load=${t.more} />`}
      <div class="actions start"><button type="button" onClick=${n}>${e("lookAgain")}</button></div>
      ${s.items?.length&&a`<h2 class="list-head">${e("nodesHead")}</h2>
          <${ge}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${s.items.map(i=>[i.number,Ro()[i.state],i.address,i.version,i.connections??"",i.lag??"",f(i.since)])}
          />
          ${s.more&&a`<${ie} key=${s.items.length} load=${s.more} />`}`}
    </div>
  </div>`}var Ro=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function Ve({model:o}){let t=O(o,"/admin/storage"),s=O(o,"/admin/growth"),{found:n}=t,i=r=>r===void 0?e("notKnownYet"):M(r);return a`<div class="page">
    <${h} title=${e("adminStorage")} back=${$("admin")} />
    <div class="page-body">
      ${!(n&&s.found)&&a`<${R} model=${o} away=${t.away||s.away} />`}
      ${n&&a`<${L}
          facts=${[[e("databaseSize"),i(n.database)],[e("indexSize"),i(n.search)],[e("uploadsSize"),n.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:n.uploads,size:M(n.uploadsBytes)})],...n.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:M(r.free),size:M(r.size)})]),[e("allEvents"),s.found?.events],[e("allAccounts"),s.found?.accounts]]}
        />`}
      ${s.found&&a`<h2 class="list-head">${e("growthHead")}</h2>
          <${ge} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${s.found.items.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function ge({name:o,heads:t,rows:s}){return a`<div class="table" tabindex="0" role="region" aria-label=${o}>
    <table>
      <thead><tr>${t.map(n=>a`<th key=${n} scope="col">${n}</th>`)}</tr></thead>
      <tbody>${s.map((n,i)=>a`<tr key=${i}>${n.map((r,u)=>a`<td key=${u} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var ae=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:We},{name:"groups",title:"groups",icon:"groups",least:"moderator",Page:Be},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:Re},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:Ee},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:Ye},{name:"keeping",title:"keeping",icon:"clock",least:"administrator",Page:Pe},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:Ue},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:qe},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:Ve},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:Me},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:Ke}];function Do({model:o,selected:t}){let s=ae.filter(({least:n})=>x(o.me,n));return a`
    <${h} title=${e("administration")} back=${$("settings")} stays />
    ${o.me&&!s.length&&a`<${J} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${s.map(({name:n,title:i,icon:r})=>a`<li key=${n} class=${t===n?"row selected":"row"}>
            <a class="row-main setting" href=${$("admin",n)} aria-current=${t===n?"page":void 0}>
              <${B} name=${r} />${e(i)}
            </a>
          </li>`)}
    </ul>
  `}function Eo({model:o,name:t,more:s}){let n=ae.find(i=>i.name===t);return o.me?n&&x(o.me,n.least)?a`<${n.Page} model=${o} more=${s} />`:a`<div class="page">
    <${h} title=${e("administration")} back=${$("admin")} />
    <${J} icon="lock" text=${e("notForYou")} />
  </div>`:a`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}he({en:Ie,zh:Ce});export{Do as Administration,Eo as Section};
