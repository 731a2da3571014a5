import{$ as x,C as B,D as _e,E as se,Fa as Te,I as j,J,K as ee,L as P,M as $,N as te,O as oe,P as h,Q as F,R as C,S as I,T as Ae,U as ie,V as v,W as k,X as E,Y as Q,Z as re,a as m,aa as He,b as X,f as a,i as G,j as Y,l as Z,m as he,n as e,o as f,q as ve,r as M,s as _,u as be,v as ye,x as ke,z as we}from"./client.js";var Se={accountsHead:"New accounts",addressHead:"Address",adminActive:"Active",adminAny:"Any",adminApp:"an app",adminArchive:"Archive",adminArchived:"Archived",adminArchiveQuestion:"Everybody in {name} can still read it, and nobody can write. You can take that back.",adminAudit:"Audit log",adminByLink:"The person sets the password with a link",adminCreated:"Made",adminDelete:"Delete the account",adminDeleted:"The account is deleted",adminDeleteQuestion:"{name} will be deleted for ever, with profile, contacts and memberships. This cannot be undone.",adminDevices:"Devices",adminDisable:"Disable",adminDisabled:"Disabled",adminDisableQuestion:"{name} is logged out everywhere and cannot log in until you enable the account.",adminDissolved:"The group is dissolved",adminEnable:"Enable",adminExport:"Export the data",adminExportComes:"Your browser saves the data now.",adminExportQuestion:"A ZIP with all that there is of {name} is saved, with every message that {name} may read. The audit log notes it.",adminFactors:"Take second factors away",adminFactorsHead:"Second factors",adminFactorsQuestion:"{name} logs in with the password alone from then on. Make sure that it is {name} who asks you.",adminFiles:"Files",adminFilesOf:"{count} ({size})",adminFindGroups:"Find groups",adminFindPeople:"Find people",adminGroupsOf:"{count}, owner of {owned}",adminIsDisabled:"This account is disabled: nobody can log in with it.",adminLastUse:"Last use",adminLink:"Link to set a password",adminLinkHint:"Give {name} this link. It is shown only now, works once, and ends {time}.",adminMade:"{name} has an account now.",adminMakeOwnerOf:"Make {name} the owner",adminMakeOwnerQuestion:"{name} becomes the owner, and the former owner an admin.",adminMakePerson:"Make an account",adminNeverUsed:"never used",adminNoGroups:"No groups",adminOnline:"Who is online",adminOwnerLost:"Owner lost",adminOwnerLostHint:"The owner cannot log in any more: make a member the owner.",adminPasskey:"a passkey",adminPeople:"People",adminPerson:"Person",adminRecovery:"recovery codes left: {count}",adminRegistration:"Registration and invites",adminRename:"Rename",adminReport:"Report",adminReports:"Reports",adminReset:"Reset the password",adminResetQuestion:"The password of {name} is void at once, and {name} is logged out everywhere. You get a link to set another one.",adminRole:"Role",adminSettings:"Settings of the server",adminSignedOut:"Logged out everywhere",adminSignOut:"Log out",adminSignOutQuestion:"{name} is logged out on all devices, and can log in again.",adminState:"State",adminStorage:"Storage and growth",adminUnarchive:"Open again",adminUnusedSeason:"Not for 90 days",adminUnusedYear:"Not for a year",adminUse:"Use",adminUsedAt:"used {time}",adminUsedMonth:"In the last 30 days",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",byDaemon:"the daemon itself",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",holdEnd:"End",holdEndOf:"End the hold of {name}",holdEndQuestion:"What is too old in the conversations of {name} is deleted within minutes, for good.",holdMake:"Make a hold",holdMakeHint:"Nothing in the conversations of {name} is deleted until somebody ends the hold.",holdOf:"Whose messages",holdReason:"Reason, for other administrators",holds:"Holds",holdsHint:"What a hold concerns is kept, however old it is: a group, or all conversations of a person.",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",keeping:"Retention and holds",keptApart:"Groups with days of their own",keptAsServer:"As the server does ({days})",keptByServer:"Messages are kept",keptByServerHint:"The setting HICHAT_RETENTION of the daemon says so. The days of a group are chosen on the page of the group.",keptDays:"Days",keptFor:"Messages are kept",keptForDays:"for some days",keptForEver:"for ever",keptQuestion:"Messages of {name} that are older are deleted within minutes, for good.",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noHolds:"There are no holds.",noInvites:"There are no invites.",noneKeptApart:"No group has days of its own.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",role_administrator:"Administrator",role_guest:"Guest",role_member:"Member",role_moderator:"Moderator",role_owner:"Owner of the server",settingDefault:"default",settingEmpty:"(not set)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var Oe={accountsHead:"新账号",addressHead:"地址",adminActive:"正常",adminAny:"全部",adminApp:"验证器应用",adminArchive:"归档",adminArchived:"已归档",adminArchiveQuestion:"{name} 的成员仍可阅读，但任何人都不能发言。之后可以取消归档。",adminAudit:"审计日志",adminByLink:"由本人通过链接设置密码",adminCreated:"创建时间",adminDelete:"删除账号",adminDeleted:"账号已删除",adminDeleteQuestion:"{name} 的资料、联系人和群成员身份将被永久删除，无法撤销。",adminDevices:"设备数",adminDisable:"停用",adminDisabled:"已停用",adminDisableQuestion:"{name} 将在所有设备上退出，重新启用前无法登录。",adminDissolved:"群已解散",adminEnable:"启用",adminExport:"导出数据",adminExportComes:"浏览器正在保存数据。",adminExportQuestion:"将保存一个 ZIP 文件，包含 {name} 的全部数据，包括 {name} 可读的所有消息。审计日志会记录此操作。",adminFactors:"取消第二步验证",adminFactorsHead:"第二步验证",adminFactorsQuestion:"之后 {name} 仅凭密码即可登录。请确认确实是 {name} 本人提出的请求。",adminFiles:"文件",adminFilesOf:"{count} 个（{size}）",adminFindGroups:"查找群",adminFindPeople:"查找用户",adminGroupsOf:"{count} 个，其中 {owned} 个为群主",adminIsDisabled:"该账号已停用，无法登录。",adminLastUse:"最近使用",adminLink:"设置密码的链接",adminLinkHint:"请把此链接交给 {name}。链接只显示这一次，只能使用一次，{time} 前有效。",adminMade:"{name} 的账号已创建。",adminMakeOwnerOf:"让 {name} 成为群主",adminMakeOwnerQuestion:"{name} 将成为群主，原群主将成为管理员。",adminMakePerson:"创建账号",adminNeverUsed:"从未使用",adminNoGroups:"没有群",adminOnline:"在线用户",adminOwnerLost:"群主缺失",adminOwnerLostHint:"群主已无法登录，请指定一名成员为群主。",adminPasskey:"通行密钥",adminPeople:"用户",adminPerson:"用户",adminRecovery:"剩余恢复代码：{count}",adminRegistration:"注册与邀请",adminRename:"改名",adminReport:"举报",adminReports:"举报",adminReset:"重置密码",adminResetQuestion:"{name} 的密码立即失效，并在所有设备上退出。你会得到一个设置新密码的链接。",adminRole:"角色",adminSettings:"服务器设置",adminSignedOut:"已在所有设备上退出",adminSignOut:"退出登录",adminSignOutQuestion:"{name} 将在所有设备上退出，之后可以重新登录。",adminState:"状态",adminStorage:"存储与增长",adminUnarchive:"取消归档",adminUnusedSeason:"90 天未使用",adminUnusedYear:"一年未使用",adminUse:"使用情况",adminUsedAt:"{time} 使用过",adminUsedMonth:"最近 30 天使用过",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",byDaemon:"服务自身",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",holdEnd:"结束",holdEndOf:"结束对 {name} 的保留",holdEndQuestion:"{name} 的会话中过期的消息将在几分钟内删除，无法恢复。",holdMake:"添加保留",holdMakeHint:"在结束保留之前，{name} 的会话中的任何内容都不会删除。",holdOf:"对象",holdReason:"原因（供其他管理员查看）",holds:"保留",holdsHint:"保留对象的消息无论多久都不会删除：一个群，或某人的全部会话。",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",keeping:"保存期限与保留",keptApart:"另设期限的群",keptAsServer:"与服务器相同（{days}）",keptByServer:"消息保存期限",keptByServerHint:"由服务的设置 HICHAT_RETENTION 决定。群的期限在该群的页面上设置。",keptDays:"天数",keptFor:"消息保存期限",keptForDays:"指定天数",keptForEver:"永久",keptQuestion:"{name} 中超过期限的消息将在几分钟内删除，无法恢复。",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noHolds:"没有保留。",noInvites:"没有邀请码。",noneKeptApart:"没有另设期限的群。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",role_administrator:"管理员",role_guest:"访客",role_member:"成员",role_moderator:"协管员",role_owner:"服务器所有者",settingDefault:"默认值",settingEmpty:"（未设置）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var Ve=250;function N(t){let[o,s]=m(t);return X(()=>{let n=setTimeout(()=>s(t),Ve);return()=>clearTimeout(n)},[t]),o}function W({label:t,value:o,change:s}){return a`<form class="filter" role="search" onSubmit=${n=>n.preventDefault()}>
    <${G} name="search" />
    <input
      type="search"
      value=${o}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${n=>s(n.currentTarget.value)}
    />
  </form>`}function T({label:t,options:o,value:s,change:n}){return a`<label class="select">
    <span>${t}</span>
    <select value=${s} onChange=${i=>n(i.currentTarget.value)}>
      ${Object.entries(o).map(([i,r])=>a`<option key=${i} value=${i} selected=${i===s}>${r}</option>`)}
    </select>
  </label>`}function L({facts:t}){return a`<dl class="facts">
    ${t.filter(([,o])=>o!==void 0&&o!==""&&o!==null).map(([o,s])=>a`<div key=${o}><dt>${o}</dt><dd>${s}</dd></div>`)}
  </dl>`}function S(t,o){let[s,n]=m(null),[i,r]=m(""),[c,l]=m(0),p=Ae(t,async()=>{if(o)try{n(await t.api.get(o)),r("")}catch(d){if(d.code==="offline")throw d;n(null),r(B(d))}},[o,c]);return{found:s,away:p,problem:i,again:()=>l(d=>d+1),set:n}}var Xe="1000";function Ce({model:t,more:o}){return o?a`<${et} model=${t} id=${o} />`:a`<${Ze} model=${t} />`}var R=t=>t?.name?t.displayName===t.name?t.name:`${t.displayName} (${t.name})`:e("deletedAccount"),Ie=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function Ze({model:t}){let[o,s]=m("open"),n=v(t,"/admin/reports",{state:o});return a`<div class="page">
    <${h} title=${e("adminReports")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters">
        <${T} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${o} change=${s} />
      </div>
      <${k} model=${t} listing=${n} icon="flag" empty=${e("noReports")} row=${Je} />
    </div>
  </div>`}function Je(t){let o=t.message?t.message.text||t.message.files.join(", "):e("reportOfPerson");return a`<li key=${t.id} class="row">
    <a class="row-main" href=${$("admin","reports",t.id)}>
      <span class="row-text">
        <span class="row-title">${t.about.displayName??e("deletedAccount")}: ${se()[t.reason]}</span>
        <span class="row-note" dir="auto">${o}</span>
        <span class="row-note">${t.closed?`${Ie()[t.outcome]} · ${f(t.closed)}`:f(t.time)}</span>
      </span>
    </a>
  </li>`}function et({model:t,id:o}){let{found:s,away:n,problem:i}=S(t,`/admin/reports/${encodeURIComponent(o)}`);return a`<div class="page">
    <${h} title=${e("adminReport")} back=${$("admin","reports")} stays />
    <div class="page-body">
      ${s?a`<${tt} found=${s} />`:a`<${I} model=${t} away=${n} problem=${i} />`}
      ${s&&!s.closed&&a`<${ot} model=${t} found=${s} />`}
    </div>
  </div>`}function tt({found:t}){let{message:o,profile:s}=t,n=o&&(o.group?`${e("group")}: ${o.groupName}`:o.user?e("privateChat"):e("announcements"));return a`
    ${o&&a`<figure class="reported">
        <blockquote dir="auto">${o.text}</blockquote>
        ${o.files.length>0&&a`<ul>${o.files.map((i,r)=>a`<li key=${r} dir="auto">${i}</li>`)}</ul>`}
        <figcaption>${o.name} · ${f(o.time)} · ${n}${o.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${s&&a`<figure class="reported"><blockquote dir="auto">${s.bio||e("noBio")}</blockquote><figcaption>${s.displayName} (${s.name})</figcaption></figure>`}
    <${L}
      facts=${[[e("reportReason"),se()[t.reason]],[e("reportSays"),t.text],[e("reportAbout"),`${R(t.about)}${t.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),R(t.reporter)],[e("reportTime"),f(t.time)],[e("reportClosed"),t.closed&&`${f(t.closed)} · ${R(t.closedBy)}`],[e("reportOutcome"),t.outcome&&Ie()[t.outcome]],[e("reportNote"),t.note]]}
    />
  `}function ot({model:t,found:o}){let[s,n]=m(""),[i,r]=m(""),c=d=>t.attempt(async()=>{await t.api.post(`/admin/reports/${o.id}/close`,{outcome:d,note:s.trim()}),P("admin","reports")},e("reportDone")),l={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},g={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},p=o.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return a`
    <${_} label=${e("reportNoteFor")} value=${s} change=${n} rows="2" maxlength=${Xe} />
    <div class="actions start">
      <button type="button" onClick=${()=>c("dismissed")}>${e("reportDismiss")}</button>
      ${p.map(d=>a`<button type="button" key=${d} class="danger-text" onClick=${()=>r(d)}>${l[d]}</button>`)}
    </div>
    ${i&&a`<${C} title=${l[i]} text=${g[i]} action=${l[i]} close=${()=>r("")} then=${()=>c(i)} />`}
  `}var nt="2000";function Re({model:t}){let[o,s]=m(""),[n,i]=m(""),[r,c]=m(!1),l=v(t,"/admin/announcements"),g=()=>{i("");let d=async()=>{await t.api.post("/admin/announcements",{text:o.trim()}),s(""),l.again()};return t.attempt(d,e("announced"),_e(i))},p=d=>a`<li key=${d.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${d.recalled?e("recalledMessage"):d.text||e("announcedFile")}</span>
        <span class="row-note">${R(d.by)} · ${f(d.time)}${d.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return a`<div class="page">
    <${h} title=${e("announcements")} back=${$("admin")} />
    <div class="page-body">
      <form onSubmit=${d=>(d.preventDefault(),o.trim()&&c(!0))}>
        <${_} label=${e("announce")} problem=${n} value=${o} change=${s} rows="3" maxlength=${nt} />
        <div class="actions start"><button class="primary" disabled=${!o.trim()}>${e("announceSend")}</button></div>
      </form>
      <${k} model=${t} listing=${l} icon="megaphone" empty=${e("noAnnouncements")} row=${p} />
    </div>
    ${r&&a`<${C} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>c(!1)} then=${g} />`}
  </div>`}var ne={add_bot_to_group:["Took a bot into a group","将机器人加入群"],"bot add":["Made a bot","创建机器人"],"bot remove":["Deleted a bot","删除机器人"],"bot revoke":["Revoked a bot's token","吊销机器人令牌"],"bot token":["Made a bot's token","创建机器人令牌"],change_bot:["Changed a bot","修改机器人"],delete_bot:["Deleted a bot","删除机器人"],make_bot:["Made a bot","创建机器人"],make_bot_token:["Made a bot's token","创建机器人令牌"],remove_bot_from_group:["Took a bot out of a group","将机器人移出群"],revoke_bot_token:["Revoked a bot's token","吊销机器人令牌"],admin_archive_group:["Archived a group as administrator","以管理员身份归档群"],admin_delete_person:["Deleted somebody's account","删除他人账号"],admin_disable_person:["Disabled an account","停用账号"],admin_dissolve_group:["Dissolved a group as administrator","以管理员身份解散群"],admin_enable_person:["Enabled an account","启用账号"],admin_export_person:["Downloaded somebody's data","下载他人数据"],admin_link_export:["Asked for somebody's data","申请导出他人数据"],admin_make_person:["Made an account for somebody","为他人创建账号"],admin_remove_factors:["Took somebody's second factors away","取消他人的第二步验证"],admin_rename_person:["Renamed somebody","为他人改名"],admin_reset_password:["Reset somebody's password","重置他人密码"],admin_revoke_device:["Removed somebody's device","移除他人设备"],admin_set_owner:["Gave a group another owner","指定新群主"],admin_sign_out:["Signed somebody out","让他人退出登录"],admin_unarchive_group:["Opened an archived group again","取消归档群"],answer_device:["Let a device in, or refused it","允许或拒绝设备登录"],announce:["Announced to everyone","向所有人发布公告"],"app-password add":["Made an app password (command)","创建应用专用密码（命令行）"],"app-password revoke":["Revoked an app password (command)","撤销应用专用密码（命令行）"],approve_request:["Let somebody into a group","批准入群申请"],backup:["Made a backup (command)","备份（命令行）"],ban:["Banned somebody from a group","禁止他人入群"],begin_app:["Began to set up an app as a second factor","开始设置验证器应用"],begin_passkey:["Began to make a passkey","开始创建通行密钥"],begin_sign_on:["Began to sign in by the provider","开始通过登录服务登录"],change_address:["Changed one's e-mail address","修改电子邮箱"],change_group:["Changed a group","修改群资料"],change_incoming_hook:["Changed an incoming hook of a group","修改群的传入钩子"],change_mail_language:["Changed the language of one's mails","修改邮件语言"],change_me:["Changed one's profile","修改个人资料"],change_outgoing_hook:["Changed an outgoing hook","修改 Webhook"],change_password:["Changed one's password","修改密码"],close_report:["Closed a report","处理举报"],confirm_app:["Set up an app as a second factor","设置验证器应用"],create_link:["Made an invite link of a group","创建群邀请链接"],"db compact":["Made the database smaller (command)","压缩数据库（命令行）"],"db copy":["Copied the database (command)","复制数据库（命令行）"],delete_me:["Deleted one's account","删除自己的账号"],"device revoke":["Removed a device (command)","移除设备（命令行）"],disable_reported:["Disabled a reported account","停用被举报的账号"],dissolve_group:["Dissolved a group","解散群"],end_session:["Logged out another device","退出其他设备"],end_sessions:["Logged out everywhere","退出所有设备"],end_sign_on:["Came back from the provider","从登录服务返回"],export_me:["Downloaded one's data","下载自己的数据"],forget_audit:["Deleted old entries of the audit log","删除审计日志的旧条目"],forget_device:["Had a device remembered no longer","不再记住设备"],forgot_password:["Asked for a link to set a forgotten password","请求重置密码链接"],"hold add":["Began a hold (command)","添加保留（命令行）"],hold_group:["Held the messages of a group","保留群的消息"],"hold remove":["Ended a hold (command)","结束保留（命令行）"],hold_user:["Held somebody's messages","保留他人的消息"],"hook off":["Switched an outgoing hook off (command)","停用 Webhook（命令行）"],invite:["Invited somebody to a group, or made an invite code (command)","邀请他人入群，或生成邀请码（命令行）"],"keys accept":["Accepted other keys (command)","接受其他密钥（命令行）"],"keys export":["Exported the keys (command)","导出密钥（命令行）"],"keys import":["Imported keys (command)","导入密钥（命令行）"],link_export:["Asked for one's data","申请导出自己的数据"],link_identity:["Linked an account of the provider","关联登录账号"],"log new-epoch":["Began a new epoch of the log (command)","开始新的日志纪元（命令行）"],log_in:["Logged in","登录"],log_out:["Logged out","退出登录"],make_incoming_hook:["Made an incoming hook of a group","创建群的传入钩子"],make_invite:["Made an invite code","生成邀请码"],make_outgoing_hook:["Made an outgoing hook","创建 Webhook"],make_passkey:["Made a passkey","创建通行密钥"],make_recovery_codes:["Made new recovery codes","生成新的恢复代码"],"media accept":["Accepted another place of the files (command)","接受文件的其他存放处（命令行）"],"media move":["Moved the files (command)","迁移文件（命令行）"],mute_group:["Muted a group","全员禁言"],mute_member:["Muted a member","禁言成员"],new_device:["Logged in with a new device","用新设备登录"],pin_message:["Pinned a message","置顶消息"],provider_ends_session:["The provider ended a session","登录服务结束会话"],provider_sets_role:["The provider changed a role","登录服务更改角色"],recall_message:["Took back a message of somebody else","撤回他人的消息"],recall_reported:["Took back a reported message","撤回被举报的消息"],refresh_reused:["Used old tokens again","重复使用旧令牌"],register:["Made an account","注册账号"],remove_app:["Took the app away as a second factor","移除验证器应用"],reject_request:["Rejected or took back a request to join a group","拒绝或撤回入群申请"],release_group:["Ended the hold of a group","结束对群的保留"],release_user:["Ended the hold of somebody","结束对他人的保留"],remove_incoming_hook:["Removed an incoming hook of a group","移除群的传入钩子"],remove_member:["Removed a member, or left a group","移除成员，或退出群"],remove_outgoing_hook:["Removed an outgoing hook","删除 Webhook"],remove_passkey:["Removed a passkey","移除通行密钥"],rename_passkey:["Renamed a passkey","重命名通行密钥"],repeat_hook_delivery:["Had a hook deliver an event again","重新投递 Webhook 事件"],reset_registration:["Let the setting say who may register","注册方式恢复为设置"],restore:["Restored a backup (command)","恢复备份（命令行）"],retention:["Set how long messages are kept (command)","设置消息保存期限（命令行）"],make_app_password:["Made an app password","创建应用专用密码"],revoke_app_password:["Revoked an app password","撤销应用专用密码"],revoke_device:["Removed one's device","移除自己的设备"],revoke_invite:["Revoked an invite code","作废邀请码"],revoke_link:["Revoked an invite link of a group","作废群邀请链接"],roll_incoming_hook:["Gave an incoming hook another address","更换传入钩子的地址"],roll_outgoing_hook:["Made another secret of an outgoing hook","更换 Webhook 密钥"],set_group_retention:["Set how long a group keeps messages","设置群的消息保存期限"],set_password:["Set a password by a link","通过链接设置密码"],set_registration:["Chose who may register","选择谁可以注册"],set_role:["Gave a member another role","更改成员角色"],set_server_role:["Gave somebody a role in the server","更改他人在服务器中的角色"],show_passkey:["Asked for a passkey as a proof","请求通行密钥验证"],switch_off_hook:["An outgoing hook was switched off","Webhook 被自动停用"],token:["Made a token (command)","生成令牌（命令行）"],unban:["Ended a ban from a group","解除禁止入群"],unlink_identity:["Unlinked an account of the provider","解除关联登录账号"],unmute_group:["Ended the mute of a group","解除全员禁言"],unmute_member:["Ended the mute of a member","解除成员禁言"],unpin_message:["Unpinned a message","取消置顶消息"],"user add":["Made an account (command)","创建账号（命令行）"],"user admin":["Chose whether somebody is an administrator (command)","设置是否为管理员（命令行）"],"user delete":["Deleted an account (command)","删除账号（命令行）"],"user disable":["Disabled an account (command)","停用账号（命令行）"],"user enable":["Enabled an account (command)","启用账号（命令行）"],"user export":["Exported somebody's data (command)","导出他人数据（命令行）"],"user factors":["Took somebody's second factors away (command)","取消他人的第二步验证（命令行）"],export:["Exported the whole server (command)","导出整个服务器（命令行）"],import:["Imported from another server (command)","从其他服务器导入（命令行）"],"user import":["Imported accounts (command)","导入账号（命令行）"],"user passwd":["Set somebody's password (command)","设置他人密码（命令行）"],"user rename":["Renamed somebody (command)","为他人改名（命令行）"],"user role":["Gave somebody a role in the server (command)","更改他人在服务器中的角色（命令行）"],withdraw_invitation:["Declined or took back an invitation to a group","拒绝或撤回入群邀请"],verify_address:["Verified one's e-mail address","验证电子邮箱"]},De=()=>Z()==="zh"?1:0,Ee=t=>Object.hasOwn(ne,t)?ne[t][De()]:t;function xe(t){let o=t.toLowerCase();return Object.keys(ne).find(s=>ne[s][De()].toLowerCase()===o)??t}function Ne({model:t}){let[o,s]=m(""),[n,i]=m(""),[r,c]=m(""),[l,g]=m(0),p=N(o).trim();X(()=>{let b=!1;return g(0),p&&t.api.get(`/users?limit=10&text=${encodeURIComponent(p)}`).then(({items:u})=>b||g(u[0]?.id??0),()=>{}),()=>b=!0},[p]);let d=v(t,"/admin/audit",{user:p?l||at:"",act:xe(N(n).trim()),since:r?ve(r):""});return a`<div class="page">
    <${h} title=${e("adminAudit")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${_} label=${e("auditUser")} type="search" value=${o} change=${s} maxlength="64" autocomplete="off" />
        <${_} label=${e("auditAct")} type="search" value=${n} change=${i} maxlength="64" autocomplete="off" />
        <${_} label=${e("auditSince")} type="date" value=${r} change=${c} />
      </div>
      <${k} model=${t} listing=${d} icon="list" empty=${d.more?e("auditLookOn"):e("noEntries")} row=${st} />
      ${d.items?.length===0&&d.more&&a`<div class="actions start"><button type="button" onClick=${d.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var at=Number.MAX_SAFE_INTEGER;function st(t){let o=t.actor?R(t.actor):t.via==="command"?e("byCommand"):t.via==="daemon"?e("byDaemon"):e("nobodySignedIn"),s=t.whose&&t.whose.id!==t.actor?.id&&`→ ${R(t.whose)}`,n=[f(t.time),t.via,t.address,t.device&&e("deviceNumber",{number:t.device}),t.group&&`${e("group")} ${t.group}`,t.count>1&&`×${t.count}`];return a`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title wrap"><span title=${t.act}>${Ee(t.act)}</span>${t.outcome==="ok"?"":` (${t.outcome})`}: ${o} ${s}</span>
      <span class="row-note wrap">${n.filter(Boolean).join(" · ")}</span>
      ${t.detail&&a`<span class="row-note wrap">${t.detail}</span>`}
    </span>
  </li>`}var it="36500",rt="300",de=t=>t===0?e("keptForEver"):t===1?e("oneDay"):e("countDays",{count:t});function Le({model:t}){let o=S(t,"/admin/retention"),s=v(t,"/admin/retention/groups"),n=v(t,"/admin/holds"),[i,r]=m(!1),[c,l]=m(null),g=()=>t.attempt(async()=>{await t.api.delete(me(c)),n.again()},e("saved")),p=d=>a`<li key=${d.group} class="row">
      <a class="row-main" href=${$("admin","groups",d.group)}>
        <span class="row-text"><span class="row-title">${d.name}</span><span class="row-note">${de(d.days)}</span></span>
      </a>
    </li>`;return a`<div class="page">
    <${h} title=${e("keeping")} back=${$("admin")}><${Y} icon="plus" label=${e("holdMake")} onClick=${()=>r(!0)} /><//>
    <div class="page-body">
      ${o.found?a`<${L} facts=${[[e("keptByServer"),de(o.found.days)]]} />`:a`<${I} model=${t} away=${o.away} />`}
      <p class="dim">${e("keptByServerHint")}</p>
      <h2 class="list-head">${e("keptApart")}</h2>
      <${k} model=${t} listing=${s} icon="groups" empty=${e("noneKeptApart")} row=${p} />
      <h2 class="list-head">${e("holds")}</h2>
      <p class="dim">${e("holdsHint")}</p>
      <${k} model=${t} listing=${n} icon="lock" empty=${e("noHolds")} row=${d=>a`<${dt} key=${me(d)} model=${t} hold=${d} end=${()=>l(d)} />`} />
    </div>
    ${i&&a`<${mt} model=${t} close=${()=>r(!1)} made=${n.again} />`}
    ${c&&a`<${C} title=${e("holdEnd")} text=${e("holdEndQuestion",{name:le(c)})} action=${e("holdEnd")} close=${()=>l(null)} then=${g} />`}
  </div>`}var me=t=>t.group?`/admin/holds/groups/${t.group}`:`/admin/holds/users/${t.user}`,le=t=>t.name??`${e(t.group?"group":"deletedAccount")} ${t.group??t.user}`;function dt({model:t,hold:o,end:s}){let n=o.by?t.people.name(o.by):e("byCommand"),i=o.group?$("admin","groups",o.group):$("admin","people",o.user);return a`<li class="row">
    <a class="row-main" href=${i}>
      <span class="row-text">
        <span class="row-title">${le(o)}</span>
        <span class="row-note wrap">${[e(o.group?"group":"adminPerson"),e("since",{time:f(o.since)}),n].join(" · ")}</span>
        ${o.reason&&a`<span class="row-note wrap">${o.reason}</span>`}
      </span>
    </a>
    <span class="row-actions"><button type="button" class="small danger-text" aria-label=${e("holdEndOf",{name:le(o)})} onClick=${s}>${e("holdEnd")}</button></span>
  </li>`}function mt({model:t,close:o,made:s}){let[n,i]=m("people"),[r,c]=m(""),[l,g]=m(null),[p,d]=m(""),[b,u]=m(""),A=v(t,`/admin/${n}`,{text:N(r).trim()}),w=j(async H=>{H.preventDefault(),u(""),await t.attempt(async()=>{await t.api.put(me({[n==="groups"?"group":"user"]:l.id}),{reason:p.trim()}),s(),o()},e("saved"),O=>O.code!=="offline"&&(u(B(O)),!0))}),y=H=>H.displayName??H.name,D=H=>a`<li key=${H.id} class="row">
    <button type="button" class="row-main" onClick=${()=>g(H)}>
      <span class="row-text"><span class="row-title">${y(H)}</span>${n==="people"&&a`<span class="row-note">${H.name}</span>`}</span>
    </button>
  </li>`;return l?a`<${F} key="why" title=${e("holdMake")} close=${o}>
    <form onSubmit=${w}>
      <p>${e("holdMakeHint",{name:y(l)})}</p>
      <${_} label=${e("holdReason")} value=${p} change=${d} problem=${b} rows="3" maxlength=${rt} />
      <div class="actions">
        <button type="button" onClick=${()=>g(null)}>${e("back")}</button>
        <button type="submit" class="primary">${e("holdMake")}</button>
      </div>
    </form>
  <//>`:a`<${F} key="who" title=${e("holdMake")} close=${o}>
      <div class="filters"><${T} label=${e("holdOf")} options=${{people:e("adminPerson"),groups:e("group")}} value=${n} change=${i} /></div>
      <${W} label=${e(n==="people"?"adminFindPeople":"adminFindGroups")} value=${r} change=${c} />
      <${k} model=${t} listing=${A} icon="search" empty=${e(n==="people"?"nobodyFound":"adminNoGroups")} row=${D} />
    <//>`}function Me({model:t,group:o}){let s=`/admin/groups/${o.id}/retention`,{found:n,away:i,again:r}=S(t,s),[c,l]=m(""),[g,p]=m(""),[d,b]=m(!1);if(!n)return a`<${I} model=${t} away=${i} />`;let u=n.days===void 0?"server":n.days===0?"ever":"days",A=c||u,w={server:e("keptAsServer",{days:de(n.server)}),ever:e("keptForEver"),days:e("keptForDays")},y=()=>t.attempt(async()=>{let H={server:null,ever:0,days:Number(g||n.days)};await t.api.put(s,{days:H[A]}),l(""),p(""),r()},e("saved")),D=H=>{H.preventDefault(),b(!0)};return a`
    <h2 class="list-head">${e("keeping")}</h2>
    <form class="filters" onSubmit=${D}>
      <${T} label=${e("keptFor")} options=${w} value=${A} change=${l} />
      ${A==="days"&&a`<${_} label=${e("keptDays")} type="number" min="1" max=${it} required value=${g||(n.days??"")} change=${p} />`}
      ${(A!==u||g&&Number(g)!==n.days)&&a`<button type="submit" class="primary">${e("save")}</button>`}
    </form>
    ${d&&a`<${C} title=${e("keeping")} text=${e("keptQuestion",{name:o.name})} action=${e("save")} close=${()=>b(!1)} then=${y} />`}
  `}function Pe({model:t}){let o=v(t,"/admin/online");return a`<div class="page">
    <${h} title=${e("adminOnline")} back=${$("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${o.again}>${e("lookAgain")}</button></div>
      <${k} model=${t} listing=${o} icon="person" empty=${e("nobodyOnline")} row=${lt} />
    </div>
  </div>`}function lt({user:t,devices:o}){return a`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title">${R(t)}</span>
      ${o.map((s,n)=>a`<span key=${n} class="row-note wrap">${[s.device?e("deviceNumber",{number:s.device}):e("v1Device"),s.address,s.since&&e("since",{time:f(s.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}var ct={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Fe({model:t,more:o}){let s=Number(o);return s?a`<${ut} key=${s} model=${t} id=${s} />`:a`<${pt} model=${t} />`}function pt({model:t}){let[o,s]=m(""),[n,i]=m(""),r=v(t,"/admin/groups",{text:N(o).trim(),state:n}),c={"":e("adminAny"),active:e("adminActive"),archived:e("adminArchived"),ownerless:e("adminOwnerLost")};return a`<div class="page">
    <${h} title=${e("groups")} back=${$("admin")} />
    <div class="page-body">
      <${W} label=${e("adminFindGroups")} value=${o} change=${s} />
      <div class="filters"><${T} label=${e("adminState")} options=${c} value=${n} change=${i} /></div>
      <${k} model=${t} listing=${r} icon="groups" empty=${e("adminNoGroups")} row=${l=>a`<${$t} key=${l.id} model=${t} group=${l} />`} />
    </div>
  </div>`}function $t({model:t,group:o}){let s=[e(o.size===1?"oneMember":"members",{count:o.size}),o.ownerLost&&e("adminOwnerLost"),o.archived&&e("adminArchived")];return a`<${oe} model=${t} group=${o} note=${s.filter(Boolean).join(" · ")} href=${$("admin","groups",o.id)} />`}function ut({model:t,id:o}){let s=`/admin/groups/${o}`,{found:n,away:i,problem:r,again:c}=S(t,s),[l,g]=m(""),p=a`<${h} title=${e("group")} back=${$("admin","groups")} />`;if(!n)return a`<div class="page">${p}<${I} model=${t} away=${i} problem=${r} /></div>`;let d=w=>t.attempt(async()=>{await w(),c()},e("saved")),b={adminArchive:()=>d(()=>t.api.put(`${s}/archived`)),dissolve:()=>t.attempt(async()=>{await t.api.delete(s),P("admin","groups")},e("adminDissolved"))},u=x(t.me,"administrator"),A=n.owner.name?n.owner.displayName:e("deletedAccount");return a`<div class="page">
    ${p}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${t} id=${o} name=${n.name} picture=${n.picture} kind="group" size="large" />
        <h2>${n.name}</h2>
        ${n.description&&a`<p class="bio">${n.description}</p>`}
        ${n.archived&&a`<p class="dim" role="status">${e("groupArchived")}</p>`}
        ${n.ownerLost&&a`<p class="problem" role="status">${e(u?"adminOwnerLostHint":"adminOwnerLost")}</p>`}
      </div>
      ${u&&a`<div class="tiles">
          ${n.archived?a`<${E} icon="edit" text=${e("adminUnarchive")} act=${()=>d(()=>t.api.delete(`${s}/archived`))} />`:a`<${E} icon="archive" text=${e("adminArchive")} act=${()=>g("adminArchive")} />`}
        </div>`}
      <${L}
        facts=${[[e("owner"),a`<a href=${$("admin","people",n.owner.id)}>${A}</a>`],[e("membersTitle"),String(n.size)],[e("whoMayJoin"),e(ct[n.joinPolicy])],[e("adminCreated"),f(n.created)],[e("adminArchived"),n.archived&&f(n.archived)],[e("adminFiles"),e("adminFilesOf",{count:n.files,size:M(n.room)})]]}
      />
      ${u&&a`<${Me} model=${t} group=${n} />`}
      <${gt} model=${t} path=${s} group=${n} mayGive=${u&&n.ownerLost} act=${d} />
      ${u&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>g("dissolve")}><${G} name="recall" />${e("dissolve")}</button>
        </div>`}
    </div>
    ${l&&a`<${C} title=${e(l)} text=${e(`${l}Question`,{name:n.name})} action=${e(l)} close=${()=>g("")} then=${b[l]} />`}
  </div>`}function gt({model:t,path:o,group:s,mayGive:n,act:i}){let[r,c]=m(""),[l,g]=m(null),p=v(t,`${o}/members`,{name:N(r).trim()}),d=async()=>{await i(()=>t.api.put(`${o}/owner`,{user:l.id}))&&p.again()},b=u=>a`<${te} key=${u.id} model=${t} person=${u} note=${u.role==="member"?"":e(u.role)} href=${$("admin","people",u.id)}>
    ${n&&u.id!==s.owner.id&&a`<button type="button" class="small" aria-label=${e("adminMakeOwnerOf",{name:u.displayName})} onClick=${()=>g(u)}>${e("makeOwner")}</button>`}
  <//>`;return a`
    <h2 class="list-head">${e("membersTitle")}</h2>
    <${W} label=${e("findMembers")} value=${r} change=${c} />
    <${k} model=${t} listing=${p} icon="contacts" empty=${e("nobodyFound")} row=${b} />
    ${l&&a`<${C} title=${e("makeOwner")} text=${e("adminMakeOwnerQuestion",{name:l.displayName})} action=${e("makeOwner")} close=${()=>g(null)} then=${d} />`}
  `}var q=t=>Object.fromEntries(t.map(o=>[o,e(`role_${o}`)]));function ce(t,o){return re(t)==="owner"||Q.indexOf(o)<Q.indexOf(re(t))}var Ue=t=>Q.filter(o=>ce(t,o));function Ge({model:t,id:o}){let s=`/admin/people/${o}`,{found:n,away:i,problem:r,again:c}=S(t,s),[l,g]=m(0),[p,d]=m(""),[b,u]=m(null),A=a`<${h} title=${e("adminPerson")} back=${$("admin","people")} />`;if(!n)return a`<div class="page">${A}<${I} model=${t} away=${i} problem=${r} /></div>`;let{api:w,me:y}=t,D=()=>d(""),H=()=>{c(),g(U=>U+1)},O=(U,Ke=e("saved"))=>t.attempt(async()=>{await U(),H()},Ke),K=x(y,"administrator"),V=ce(y,n.role),z=V&&K,fe={adminDisable:()=>O(()=>w.put(`${s}/disabled`)),adminSignOut:()=>O(()=>w.post(`${s}/sign-out`,{}),e("adminSignedOut")),adminReset:()=>O(async()=>u(await w.post(`${s}/password`)),""),adminFactors:()=>O(()=>w.delete(`${s}/factors`)),adminExport:()=>He(t,`${s}/export`,e("adminExportComes")),adminDelete:()=>t.attempt(async()=>{await w.delete(s),P("admin","people")},e("adminDeleted"))};return a`<div class="page">
    ${A}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${t} id=${o} name=${n.displayName} picture=${n.avatar} size="large" />
        <h2>${n.displayName}</h2>
        ${n.disabled&&a`<p class="problem" role="status">${e("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${o!==t.state.user&&a`<${E} icon="chats" text=${e("message")} act=${()=>P("chats",`user-${o}`)} />`}
        ${z&&a`<${E} icon="edit" text=${e("adminRename")} act=${()=>d("rename")} />`}
        ${z&&a`<${E} icon="lock" text=${e("adminReset")} act=${()=>d("adminReset")} />`}
        ${x(y,"owner")&&a`<${E} icon="download" text=${e("adminExport")} act=${()=>d("adminExport")} />`}
        ${V&&a`<${E} icon="leave" text=${e("adminSignOut")} act=${()=>d("adminSignOut")} />`}
        ${V&&(n.disabled?a`<${E} icon="check" text=${e("adminEnable")} act=${()=>O(()=>w.delete(`${s}/disabled`))} />`:a`<${E} icon="block" text=${e("adminDisable")} act=${()=>d("adminDisable")} />`)}
      </div>
      <${L}
        facts=${[[e("loginName"),n.name],[e("adminRole"),z?null:q([n.role])[n.role]],[e("adminCreated"),f(n.created)],[e("adminLastUse"),n.lastUse?f(n.lastUse):e("adminNeverUsed")],[e("adminDevices"),String(n.devices)],[e("groups"),e("adminGroupsOf",{count:n.groups,owned:n.owned})],[e("adminFiles"),e("adminFilesOf",{count:n.files,size:M(n.room)})]]}
      />
      ${z&&a`<${T}
          label=${e("adminRole")}
          options=${q(Q.filter(U=>U===n.role||Ue(y).includes(U)))}
          value=${n.role}
          change=${U=>O(()=>w.put(`${s}/role`,{role:U}))}
        />`}
      ${z&&a`<${ht} key=${l} model=${t} path=${s} remove=${()=>d("adminFactors")} />`}
      ${K&&a`<${Te} from="security" is="SessionsOf" key=${l} model=${t} path=${s} mayAct=${V} />`}
      <${vt} model=${t} path=${s} />
      ${z&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>d("adminDelete")}><${G} name="recall" />${e("adminDelete")}</button>
        </div>`}
    </div>
    ${p==="rename"&&a`<${ft} model=${t} path=${s} person=${n} close=${D} again=${H} />`}
    ${p in fe&&a`<${C} title=${e(p)} text=${e(`${p}Question`,{name:n.displayName})} action=${e(p)} close=${D} then=${fe[p]} />`}
    ${b&&a`<${pe} model=${t} link=${b} name=${n.displayName} close=${()=>u(null)} />`}
  </div>`}function pe({model:t,link:o,name:s,close:n}){let i=`${location.origin}${we}/${$("password",o.code)}`,r=()=>t.attempt(()=>navigator.clipboard.writeText(i),e("copied"));return a`<${F} title=${e("adminLink")} close=${n}>
    <p>${e("adminLinkHint",{name:s,time:f(o.expires)})}</p>
    <div class="share-address">
      <input readonly value=${i} aria-label=${e("address")} onFocus=${c=>c.currentTarget.select()} />
      <${Y} icon="copy" label=${e("copy")} onClick=${r} />
    </div>
  <//>`}function ft({model:t,path:o,person:s,close:n,again:i}){let[r,c]=m(s.name),[l,g]=m(s.displayName),[p,d]=m(""),b=j(async u=>{u.preventDefault(),d("");let A=async()=>{await t.api.patch(o,{name:r,displayName:l}),t.people.again(s.id),i(),n()};await t.attempt(A,e("saved"),w=>w.code!=="offline"&&(d(B(w)),!0))});return a`<${F} title=${e("adminRename")} close=${n}>
    <form onSubmit=${b}>
      <${_} label=${e("loginName")} value=${r} change=${c} problem=${p} maxlength="64" autocomplete="off" required />
      <${_} label=${e("displayName")} value=${l} change=${g} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${e("save")}</button></div>
    </form>
  <//>`}function ht({model:t,path:o,remove:s}){let{found:n}=S(t,`${o}/factors`);if(!n?.factors.length)return null;let i={totp:e("adminApp"),passkey:e("adminPasskey"),recovery:e("adminRecovery",{count:n.recoveryLeft})};return a`
    <h2 class="list-head">${e("adminFactorsHead")}</h2>
    <p class="dim">${n.factors.map(r=>i[r]).join(" · ")}</p>
    <div class="actions start"><button type="button" class="danger-text" onClick=${s}>${e("adminFactors")}</button></div>
  `}function vt({model:t,path:o}){let s=v(t,`${o}/groups`),n=({role:i,size:r})=>[i!=="member"&&e(i),e(r===1?"oneMember":"members",{count:r})].filter(Boolean).join(" · ");return a`
    <h2 class="list-head">${e("groups")}</h2>
    <${k}
      model=${t}
      listing=${s}
      icon="groups"
      empty=${e("adminNoGroups")}
      row=${i=>a`<${oe} key=${i.id} model=${t} group=${i} note=${n(i)} href=${$("admin","groups",i.id)} />`}
    />
  `}var $e=24*36e5;function Be({model:t,more:o}){let s=Number(o);return s?a`<${Ge} key=${s} model=${t} id=${s} />`:a`<${kt} model=${t} />`}var bt=()=>({"":e("adminAny"),month:e("adminUsedMonth"),season:e("adminUnusedSeason"),year:e("adminUnusedYear")});function yt(t,o){let s=n=>Math.floor(o/$e)*$e-n*$e;return t==="month"?{usedSince:s(30)}:{unusedSince:{season:s(90),year:s(365)}[t]}}function kt({model:t}){let[o,s]=m(""),[n,i]=m(""),[r,c]=m(""),[l,g]=m(""),[p,d]=m(!1),b={text:N(o).trim(),role:n,state:r,...yt(l,t.now())},u=v(t,"/admin/people",b),A={"":e("adminAny"),active:e("adminActive"),disabled:e("adminDisabled")};return a`<div class="page">
    <${h} title=${e("adminPeople")} back=${$("admin")}>
      ${x(t.me,"administrator")&&a`<${Y} icon="plus" label=${e("adminMakePerson")} onClick=${()=>d(!0)} />`}
    <//>
    <div class="page-body">
      <${W} label=${e("adminFindPeople")} value=${o} change=${s} />
      <div class="filters">
        <${T} label=${e("adminRole")} options=${{"":e("adminAny"),...q(Q)}} value=${n} change=${i} />
        <${T} label=${e("adminState")} options=${A} value=${r} change=${c} />
        <${T} label=${e("adminUse")} options=${bt()} value=${l} change=${g} />
      </div>
      <${k}
        model=${t}
        listing=${u}
        icon="search"
        empty=${e("nobodyFound")}
        row=${w=>a`<${wt} key=${w.id} model=${t} person=${w} />`}
      />
    </div>
    ${p&&a`<${_t} model=${t} close=${()=>d(!1)} />`}
  </div>`}function wt({model:t,person:o}){t.people.known.get(o.id)||t.people.know({id:o.id,name:o.name,displayName:o.displayName,avatar:o.avatar});let s=[o.name!==o.displayName&&o.name,o.role!=="member"&&q([o.role])[o.role],o.disabled&&e("isDisabled"),o.lastUse?e("adminUsedAt",{time:f(o.lastUse)}):e("adminNeverUsed")];return a`<${te} model=${t} person=${o} note=${s.filter(Boolean).join(" · ")} href=${$("admin","people",o.id)} />`}function _t({model:t,close:o}){let[s,n]=m(""),[i,r]=m(""),[c,l]=m(""),[g,p]=m(!0),[d,b]=m({name:"",password:""}),[u,A]=m(null),w=j(async D=>{D.preventDefault(),b({name:"",password:""});let H={name:s,displayName:i,...g?{}:{password:c}};await t.attempt(async()=>A(await t.api.post("/admin/people",H)),"",O=>{let K=ye(O)?"password":"name";return O.code!=="offline"&&b({name:"",password:"",[K]:B(O)}),O.code!=="offline"})}),y=()=>{o(),u&&P("admin","people",u.person.id)};return u?.link?a`<${pe} model=${t} link=${u.link} name=${u.person.displayName} close=${y} />`:u?a`<${F} title=${e("adminMakePerson")} close=${y}><p role="status">${e("adminMade",{name:u.person.displayName})}</p><//>`:a`<${F} title=${e("adminMakePerson")} close=${o}>
    <form onSubmit=${w}>
      <${_} label=${e("loginName")} value=${s} change=${n} problem=${d.name} maxlength="64" autocomplete="off" required />
      <${_} label=${e("displayName")} value=${i} change=${r} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${g} onChange=${D=>p(D.currentTarget.checked)} />
        <span>${e("adminByLink")}</span>
      </label>
      ${!g&&a`<${be} label=${e("password")} value=${c} change=${l} problem=${d.password} />`}
      <div class="actions"><button type="submit" class="primary">${e("adminMakePerson")}</button></div>
    </form>
  <//>`}var ue="/admin/registration";function We({model:t}){return a`<div class="page">
    <${h} title=${e("adminRegistration")} back=${$("admin")} />
    <div class="page-body">
      <${At} model=${t} />
      <${Ht} model=${t} />
    </div>
  </div>`}var Qe=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function At({model:t}){let{found:o,away:s,set:n}=S(t,ue);if(!o)return a`<${I} model=${t} away=${s} />`;let i=l=>t.attempt(async()=>n(await t.api.put(ue,{policy:l})),e("saved")),r=()=>t.attempt(async()=>n(await t.api.delete(ue)),e("saved")),c={...Qe(),local:e("makersLocal")};return a`
    <${ke} label=${e("whoRegisters")} options=${Qe()} value=${o.policy} change=${i} />
    <p class="dim">
      ${o.chosen?e("makersChosen",{name:R(o.chosenBy),time:f(o.chosen),setting:c[o.setting]}):e("makersSetting",{setting:c[o.setting]})}
    </p>
    ${o.chosen&&a`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function Ht({model:t}){let[o,s]=m("1"),[n,i]=m("7"),[r,c]=m("member"),[l,g]=m(""),[p,d]=m(null),b=v(t,"/admin/invites"),u=y=>{y.preventDefault(),t.attempt(async()=>{let D=await t.api.post("/admin/invites",{uses:Number(o),days:Number(n),role:r});g(D.code),b.again()})},A=()=>t.attempt(async()=>{await t.api.delete(`/admin/invites/${p.id}`),b.again()}),w=y=>a`<li key=${y.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:y.left,uses:y.uses??y.left})}</span>
        <span class="row-note wrap">${e(y.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:f(y.expires)})} · ${y.by?R(y.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>d(y)}>${e("revoke")}</button></span>
    </li>`;return a`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${u}>
      <${_} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${o} change=${s} />
      <${_} label=${e("inviteDays")} type="number" min="1" max="366" required value=${n} change=${i} />
      <${T} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${c} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${l&&a`<p class="made-code"><code>${l}</code>
          <button type="button" class="small" onClick=${()=>t.attempt(()=>navigator.clipboard.writeText(l),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${k} model=${t} listing=${b} icon="invite" empty=${e("noInvites")} row=${w} />
    ${p&&a`<${C} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>d(null)} then=${A} />`}
  `}var ze={HICHAT_STATE_DIR:"存放数据库、密钥和上传文件的目录",HICHAT_LISTEN:"HTTP 和 WebSocket 的 Twisted 端点",HICHAT_METRICS_LISTEN:"/metrics 的 Twisted 端点，设置后另一个端点不再提供 /metrics [默认：由另一个端点提供]",HICHAT_UDP:"数据平面的地址，格式为 HOST:PORT",HICHAT_DATABASE:"SQLAlchemy URL [默认：状态目录中的 hichat.db]",HICHAT_REDIS:"使多个服务合为一个的 Redis 或 Valkey 的 URL",HICHAT_MEDIA:"上传文件的存放处：folder（状态目录中），或 s3://BUCKET/PREFIX",HICHAT_MEDIA_FROM:"用 hichat media move 迁移文件期间，文件原来的存放处；格式同 HICHAT_MEDIA",HICHAT_LOG_LEVEL:"debug、info、warn、error 或 critical",HICHAT_LOG_FORMAT:"text，或 json：每行一个对象",HICHAT_WORKERS:"共用端口的进程数，最多 64；第 k 个进程使用数据平面的端口加 k",HICHAT_UPLOAD_LIMIT:"可上传的单个文件的最大字节数",HICHAT_UPLOAD_QUOTA:"每个用户上传的全部文件的最大总字节数",HICHAT_PUBLIC_URL:"外部访问此服务的地址：协议、主机和路径 [默认：以每个请求为准]",HICHAT_TRUSTED_PROXIES:"采信谁的 X-Forwarded-For：网段、loopback、unix（套接字）；或 off",HICHAT_ORIGINS:"除自身外，其页面可使用 v2 的来源",HICHAT_HSTS:"Strict-Transport-Security 的秒数，仅用于 https",HICHAT_REGISTRATION:"谁可以注册账号：open（任何人）、invite（凭邀请码）、closed（无人）；auto：仅本机可访问时为 open",HICHAT_LOGIN_LIMIT:"次数/秒数：每个账号的登录失败次数；或 off",HICHAT_ADDRESS_LIMIT:"次数/秒数：每个地址的登录失败次数；或 off",HICHAT_REGISTER_LIMIT:"次数/秒数：每个地址注册的账号数；或 off",HICHAT_PASSWORD_LENGTH:"新密码的最少字符数",HICHAT_SECOND_FACTOR:"登录时需要第二步验证的角色，以逗号分隔；all（所有角色）；或 off",HICHAT_PASSWORDS:"on；或 off：只有所有者可用 HiChat 自己的密码登录",HICHAT_OIDC_ISSUER:"用于登录的 OpenID Connect 服务的地址（issuer）",HICHAT_OIDC_CLIENT_ID:"HiChat 在该服务中的客户端标识（client id）",HICHAT_OIDC_CLIENT_SECRET:"客户端密钥，或 file:路径；为空则是公开客户端",HICHAT_OIDC_NAME:"该服务的名称，显示在登录按钮上；默认为其主机名",HICHAT_OIDC_SCOPES:"向该服务申请的 scope；默认为 openid profile email groups offline_access 中它支持的那些",HICHAT_OIDC_ROLES:"声明名: 值=角色, 值=角色：哪些人可以通过该服务登录，各是什么角色；默认所有人，最初为成员",HICHAT_HTTP_LIMIT:"毫秒/秒数：每个用户的 HTTP 调用占用的处理器时间；每个地址为其五倍；或 off",HICHAT_CONNECTIONS:"每个进程的连接数；auto：由可打开文件数的上限决定",HICHAT_ADDRESS_CONNECTIONS:"每个进程中来自同一地址的连接数",HICHAT_USER_CONNECTIONS:"每个进程中同一用户的连接数，以及处理中的请求数",HICHAT_SESSION_LIFETIME:"登录在多少秒后失效",HICHAT_CONNECTION_DAYS:"为 hichat trace 保存连接和被拒绝的帧的天数；0：不保存",HICHAT_AUDIT_DAYS:"审计日志保存的天数，至少 30；0：永久",HICHAT_RETENTION:"消息保存的天数，hichat retention 或 hichat hold 另有规定的除外；0：永久",HICHAT_V1:"on，或 off：只服务 v2 客户端",HICHAT_DRAFT_LIMIT:"处理中的消息达到此数时，服务暂停读取其发送者",HICHAT_BATCH_LIMIT:"一次提交的消息数",HICHAT_UNSENT_LIMIT:"客户端不读取时，最多等待发送的字节数",HICHAT_SYNC_PAGE:"同步时每页的事件数",HICHAT_MESSAGE_RATE:"每个连接每秒可发送的帧数",HICHAT_MESSAGE_LIMIT:"数量/秒数：每个用户的消息数，超出的稍后读取；或 off",HICHAT_BOT_LIMIT:"数量/秒数：每个机器人可发送的消息数；超出的部分稍后读取；或 off",HICHAT_BOT_MAKERS:"谁可以创建机器人：everybody（所有人）或 administrators（仅管理员）",HICHAT_STRANGER_LIMIT:"数量/秒数：每个用户可与非联系人开始的会话数；或 off",HICHAT_HOOK_LIMIT:"次数/秒数：每个传入钩子的调用次数；或 off",HICHAT_EDIT_LIMIT:"可以编辑或撤回消息的秒数",HICHAT_GROUP_SIZE:"群的成员数",HICHAT_GROUPS_OWNED:"每个群主的群数",HICHAT_GROUPS_JOINED:"每个用户可加入的群数",HICHAT_DELETED_MESSAGES:"已删除账号的用户的消息：keep（保留），或 remove（移除）",HICHAT_PRESENCE:"on，或 off：不告知任何人谁在线或正在输入",HICHAT_WRITE_TO:"可以给谁发消息：anyone（任何人），或 contacts（仅联系人）",HICHAT_SMTP:"向用户发送电子邮件的服务器：smtps://USER:SECRET@HOST，或使用 STARTTLS 的 smtp://",HICHAT_MAIL_FROM:"邮件的发件人：ADDRESS 或 NAME <ADDRESS>",HICHAT_FETCH_PRIVATE:"用户提供的网址（例如 Webhook）可以访问的内部网络，用逗号分隔；all 表示全部 [默认：仅公共网络]"};function Ye({model:t}){let o=v(t,"/admin/settings");return a`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${h} title=${e("adminSettings")} back=${$("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${k} model=${t} listing=${o} icon="settings" empty=${e("noEntries")} row=${St} />
    </div>
  </div>`}var Tt=t=>Z()==="zh"&&ze[t.name]||t.about;function St(t){let o=t.secret?e("settingSecret"):t.value??e("settingEmpty");return a`<li key=${t.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.name} = ${o}</span>
      <span class="row-note wrap">${t.source==="default"?e("settingDefault"):e("settingFrom",{source:t.source})} · ${Tt(t)}</span>
    </span>
  </li>`}function je({model:t}){let o=v(t,"/admin/workers"),s=v(t,"/admin/nodes"),n=()=>{o.again(),s.again()};return a`<div class="page">
    <${h} title=${e("adminWorkers")} back=${$("admin")} />
    <div class="page-body">
      ${!o.items&&a`<${I} model=${t} away=${o.away} />`}
      ${o.items&&a`<${ge}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${o.items.map(i=>[i.host,i.worker,i.version,i.connections,i.users,i.lag,f(i.began)])}
        />`}
      ${o.more&&a`<${ie} key=${o.items?.length} load=${o.more} />`}
      <div class="actions start"><button type="button" onClick=${n}>${e("lookAgain")}</button></div>
      ${s.items?.length&&a`<h2 class="list-head">${e("nodesHead")}</h2>
          <${ge}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${s.items.map(i=>[i.number,Ot()[i.state],i.address,i.version,i.connections??"",i.lag??"",f(i.since)])}
          />
          ${s.more&&a`<${ie} key=${s.items.length} load=${s.more} />`}`}
    </div>
  </div>`}var Ot=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function qe({model:t}){let o=S(t,"/admin/storage"),s=S(t,"/admin/growth"),{found:n}=o,i=r=>r===void 0?e("notKnownYet"):M(r);return a`<div class="page">
    <${h} title=${e("adminStorage")} back=${$("admin")} />
    <div class="page-body">
      ${!(n&&s.found)&&a`<${I} model=${t} away=${o.away||s.away} />`}
      ${n&&a`<${L}
          facts=${[[e("databaseSize"),i(n.database)],[e("indexSize"),i(n.search)],[e("uploadsSize"),n.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:n.uploads,size:M(n.uploadsBytes)})],...n.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:M(r.free),size:M(r.size)})]),[e("allEvents"),s.found?.events],[e("allAccounts"),s.found?.accounts]]}
        />`}
      ${s.found&&a`<h2 class="list-head">${e("growthHead")}</h2>
          <${ge} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${s.found.items.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function ge({name:t,heads:o,rows:s}){return a`<div class="table" tabindex="0" role="region" aria-label=${t}>
    <table>
      <thead><tr>${o.map(n=>a`<th key=${n} scope="col">${n}</th>`)}</tr></thead>
      <tbody>${s.map((n,i)=>a`<tr key=${i}>${n.map((r,c)=>a`<td key=${c} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var ae=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:Be},{name:"groups",title:"groups",icon:"groups",least:"moderator",Page:Fe},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:Ce},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:Re},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:We},{name:"keeping",title:"keeping",icon:"clock",least:"administrator",Page:Le},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:Pe},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:je},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:qe},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:Ne},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:Ye}];function Ct({model:t,selected:o}){let s=ae.filter(({least:n})=>x(t.me,n));return a`
    <${h} title=${e("administration")} back=${$("settings")} stays />
    ${t.me&&!s.length&&a`<${J} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${s.map(({name:n,title:i,icon:r})=>a`<li key=${n} class=${o===n?"row selected":"row"}>
            <a class="row-main setting" href=${$("admin",n)} aria-current=${o===n?"page":void 0}>
              <${G} name=${r} />${e(i)}
            </a>
          </li>`)}
    </ul>
  `}function It({model:t,name:o,more:s}){let n=ae.find(i=>i.name===o);return t.me?n&&x(t.me,n.least)?a`<${n.Page} model=${t} more=${s} />`:a`<div class="page">
    <${h} title=${e("administration")} back=${$("admin")} />
    <${J} icon="lock" text=${e("notForYou")} />
  </div>`:a`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}he({en:Se,zh:Oe});export{Ct as Administration,It as Section};
