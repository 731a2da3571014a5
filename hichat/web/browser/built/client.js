var C,$n,oo,se,It,Ge,gn,Fe,wn,Rt,Nt,io,Pe=Symbol.for("pv"),Be={},Ue=[],ro=/^m(i|n|o|s|text|space)$/,Lt=Array.isArray,Dt=Ue.slice,he=Object.assign;function ue(n){n&&n.parentNode&&n.remove()}function bn(n,e,t){var s,o,i,r={},l=arguments.length;for(i in e)i=="key"?s=e[i]:i=="ref"&&typeof n!="function"?o=e[i]:r[i]=e[i];return l>2&&(r.children=l>3?Dt.call(arguments,2):t),Oe(n,r,s,o,null)}function Oe(n,e,t,s,o){var i={type:n,props:e,key:t,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:Pe,__v:o||++$n,__i:-1,__u:0};return!o&&C.vnode&&C.vnode(i),i}function qe(){return{current:null}}function Ce(n){return n.children}function pe(n,e){this.props=n,this.context=e,this.__g=0}function oe(n,e){if(e==null)return n.__&&oe(n.__,n.__i+1);for(var t;e<n.__k.length;e++)if((t=n.__k[e])&&t.__e)return t.__e;return typeof n.type!="function"||n.props.__P?null:oe(n)}function ao(n){var e,t=n.__v,s=t.__e,o=[],i=[],r=n.__P;r&&((e=he({constructor:Pe},t)).__v=t.__v+1,C.vnode&&C.vnode(e),jt(r,e,t,n.__n,r.namespaceURI,32&t.__u?[s]:null,o,s||oe(t),32&t.__u,i),e.__v=t.__v,e.__.__k[e.__i]=e,Mn(o,e,i),t.__=t.__e=null,e.__e!=s&&vn(e))}function vn(n){if((n=n.__)&&n.__c&&!n.props.__P)return n.__e=null,n.__k.some(function(e){return e&&(n.__e=e.__e)}),vn(n)}function mn(n){(8&n.__g||(n.__g|=8,se.push(n),Ge++))&&It==C.debounceRendering||((It=C.debounceRendering)||queueMicrotask)(yn)}function yn(){try{for(var n,e=1;se.length;)se.length>e&&se.sort(gn),n=se.shift(),e=se.length,8&n.__g&&ao(n)}finally{(Ge=se.length)&&(It||queueMicrotask)(yn)}}function _n(n,e,t,s,o,i,r,l,u,m,h){var d,f,p,$,w,v,k=s.__k||Ue,x=e.length;for(u=co(t,e,k,u,x),d=0;d<x;d++)(p=t.__k[d])!=null&&(f=~p.__i&&k[p.__i]||Be,p.__i=d,v=jt(n,p,f,o,i,r,l,u,m,h),$=p.__e,(f.ref!=p.ref||8&f.__u)&&(f.ref&&Ft(f.ref,null,p,f),p.ref&&h.push(p.ref,p.__c||$,p)),w=w||$,4&p.__u?(u=kn(p,u,n,!f.__v),f.__e&&(f.__e=null)):typeof p.type=="function"&&v!==void 0?u=v:$&&(u=$.nextSibling),p.__u&=-21);return t.__e=w,u}function co(n,e,t,s,o){var i,r,l,u,m,h,d,f,p,$=t.length,w=$,v=0,k=0,x=n.__k=Array(o);for(i=0;i<o;i++)(r=e[i])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=x[i]=Oe(null,r):Lt(r)?r=x[i]=Oe(Ce,{children:r}):r.constructor===Pe&&r.__b?r=x[i]=Oe(r.type,r.props,r.key,r.ref,r.__v):x[i]=r,u=i+v,r.__=n,r.__b=n.__b+1,l=null,~(m=r.__i=lo(r,t,u,w))&&(w--,(l=t[m])&&(l.__u|=2)),l&&l.__v?(r.__u|=16,m==u-1?v--:m==u+1?v++:m!=u&&(m>u?v--:v++,k=1)):(~m||(o>$?v--:o<$&&v++),typeof r.type!="function"&&(r.__u|=4))):x[i]=null;if(k){for(h=[],d=[],i=0;i<o;i++)if((r=x[i])&&16&r.__u){for(v=0,f=h.length;v<f;)h[p=v+f>>1]<r.__i?v=p+1:f=p;h[v]=r.__i,d[i]=v+1}for(v=h.length;i--;)d[i]&&(d[i]==v?v--:x[i].__u|=4)}if(w)for(i=0;i<$;i++)!(l=t[i])||2&l.__u||(l.__e==s&&(s=oe(l)),Ht(l,l));return s}function kn(n,e,t,s){var o,i,r,l;if(typeof n.type=="function"){if(n.props.__P)return e;if(o=n.__k)for(i=0;i<o.length;i++)o[i]&&(o[i].__=n,e=kn(o[i],e,t,!1));return e}for(e&&!e.parentNode&&(e=oe(n))&&!e.parentNode&&(e=null),r=n.__e,l=e;l&&l.nodeType==8;)l=l.nextSibling;for(r!=l&&(!s&&t.moveBefore&&r.parentNode?t.moveBefore(r,e):t.insertBefore(r,e||null)),e=r;(e=e&&e.nextSibling)&&e.nodeType==8&&!e.data.startsWith("$s"););return e}function lo(n,e,t,s){var o,i=n.key,r=n.type,l=e[t],u=l&&!(2&l.__u);if(l===null&&i==null||u&&i==l.key&&r==l.type)return t;if(s>(u?1:0)){for(o=t-1;o>=0;o--)if((l=e[o])&&!(2&l.__u)&&i==l.key&&r==l.type)return o;for(o=t+1;o<e.length;o++)if((l=e[o])&&!(2&l.__u)&&i==l.key&&r==l.type)return o}return-1}function fn(n,e,t){t==null&&(t=""),e[0]=="-"?n.setProperty(e,t):n[e]=t}function je(n,e,t,s,o){var i,r;if(e=="style")if(typeof t=="string")n.style.cssText=t;else{if(typeof s=="string"&&(n.style.cssText=s=""),s)for(e in s)t&&e in t||fn(n.style,e);if(t)for(e in t)s&&t[e]==s[e]||fn(n.style,e,t[e])}else if(e[0]=="o"&&e[1]=="n")typeof t!="function"&&(t=null),typeof s!="function"&&(s=null),(n.__e||(n.__e={}))[e]=t,t&&s||(r=Nt[e]||(Nt[e]=uo(e)),(n.__a||(n.__a={}))[e]=Rt,i=e!=(e=e.replace(wn,"$1")),(e=e.slice(2))[0]<"a"&&(e=e.toLowerCase()),t?n.addEventListener(e,r,i):n.removeEventListener(e,r,i));else{if(o=="http://www.w3.org/2000/svg")e=e.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(e!="width"&&e!="height"&&e!="href"&&e!="list"&&e!="form"&&e!="tabIndex"&&e!="download"&&e!="rowSpan"&&e!="colSpan"&&e!="role"&&e!="popover"&&e in n)try{return void(n[e]=t??"")}catch{}if(typeof t=="function")return;t==null||t===!1&&e[4]!="-"?n.removeAttribute(e):n.setAttribute(e,e=="popover"&&t==1?"":t)}}function uo(n){return function(e){var t=this.__e;if(t){if(t=t[n],e[Fe]==null)e[Fe]=Rt++;else if(e[Fe]<this.__a[n])return;return t(C.event?C.event(e):e)}}}function jt(n,e,t,s,o,i,r,l,u,m){var h,d,f,p,$,w,v,k,x,O,E,Ee,De,ge,Z,y,T,I,X=e.type;if(e.constructor!==Pe)return null;128&t.__u&&(u=32&t.__u,h=t.__c.__z)&&(e.__u|=u,d=i=[],h.nodeType==8?l=He(h,i):i.push(h),l=i[0]||l),(h=C.__b)&&h(e);e:if(typeof X=="function"){f=r.length;try{if(k=e.props,x=(h=X.prototype)&&h.render,O=(h=X.contextType)&&s[h.__c],E=h?O?O.props.value:h.__:s,(p=t.__c)?(e.__c=p,2&p.__g&&(p.__g|=1)):(x?e.__c=p=new X(k,E):(e.__c=p=new pe(k,E),p.constructor=X,p.render=po),O&&O.sub(p),p.state||(p.state={}),p.__n=s,p.__g|=8,p.__h=[],p.__k=[]),x&&(p.__s||(p.__s=p.state),X.getDerivedStateFromProps&&(p.__s==p.state&&(p.__s=he({},p.__s)),he(p.__s,X.getDerivedStateFromProps(k,p.__s)))),$=p.props,w=p.state,p.__v=e,t.__c){if(k!==$&&x&&!X.getDerivedStateFromProps&&p.componentWillReceiveProps&&p.componentWillReceiveProps(k,E),e.__v==t.__v&&!(8&p.__g)||!(4&p.__g)&&p.shouldComponentUpdate&&p.shouldComponentUpdate(k,p.__s,E)===!1){e.__v!=t.__v&&(p.props=k,p.state=p.__s,p.__g&=-9),e.__e=t.__e,e.__k=t.__k,e.__k.some(function(W){W&&(W.__=e)}),Ue.push.apply(p.__h,p.__k),p.__k=[],p.__h.length&&r.push(p),l=oe(t);break e}p.componentWillUpdate&&p.componentWillUpdate(k,p.__s,E),x&&p.componentDidUpdate&&p.__h.push(function(){p.componentDidUpdate($,w,v)})}else x&&!X.getDerivedStateFromProps&&p.componentWillMount&&p.componentWillMount(),x&&p.componentDidMount&&p.__h.push(p.componentDidMount);p.context=E,p.props=k,p.__P=n,p.__g&=-5,Ee=C.__r,De=x?25:0;do p.__g&=-9,Ee&&Ee(e),h=p.render(p.props,p.state=p.__s,p.context);while(8&p.__g&&++De<25);x&&(Ue.push.apply(p.__h,p.__k),p.__k=[]),p.state=p.__s,p.getChildContext&&(s=he({},s,p.getChildContext())),x&&t.__c&&p.getSnapshotBeforeUpdate&&(v=p.getSnapshotBeforeUpdate($,w)),ge=h&&h.type===Ce&&h.key==null?h.props.children:h,k.__P&&(h=l,o=(n=k.__P).namespaceURI,u=i=null,t.props&&t.props.__P!=n&&(t.__k.some(function(W){W&&Ht(W,W)}),t.__k=null),l=t.__k?oe(t,0):null),l=_n(n,Lt(ge)?ge:[ge],e,t,s,o,i,r,l,u,m),k.__P&&(e.__e=null,l=h),e.__u&=-161,d&&d.some(ue),p.__h.length&&r.push(p),1&p.__g&&(p.__g&=-4)}catch(W){if(r.length=f,e.__v=null,u||i)if(W&&W.then){if(e.__u|=128|u,i){for(~(T=i.indexOf(l||void 0))||(T=i.length);(I=i[T-1])&&I.nodeType==8;)T--;for(;T<i.length;T++)if(I=i[T])if(i[T]=null,Z){if(I==y)break}else{if(I.nodeType!=8)break;I.data.startsWith("$s")&&(y=He(Z=I))}}if(!Z){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;Z=l}(h=He(Z=e.__c.__z||(e.__c.__z=Z)))?(e.__e=Z,l=h):e.__e=l,l=l&&l.nextSibling}else i&&i.some(ue);else e.__e=t.__e;e.__k||(e.__k=t.__k||[]),W&&W.then||xn(e),C.__e(W,e,t)}}else l=e.__e=ho(t.__e,e,t,s,o,i,r,u,m,n);return(h=C.diffed)&&h(e),l}function He(n,e){if(n&&n.nodeType==8&&n.data.startsWith("$s"))for(var t=1;n=n.nextSibling;){if(n.nodeType==8){if(n.data.startsWith("$s"))t++;else if(n.data.startsWith("/$s")&&!--t)return n}e&&e.push(n)}}function xn(n){n&&(n.__c&&(n.__c.__g|=4),n.__k&&n.__k.some(xn))}function Mn(n,e,t){for(var s=0;s<t.length;)Ft(t[s++],t[s++],t[s++]);C.__c&&C.__c(e,n),n.some(function(o){try{n=o.__h,o.__h=[],n.some(function(i){i.call(o)})}catch(i){C.__e(i,o.__v)}})}function ho(n,e,t,s,o,i,r,l,u,m){var h,d,f,p,$,w,v,k,x=t.props||Be,O=e.props,E=e.type;if(E=="svg"?o="http://www.w3.org/2000/svg":E=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),i){for(h=0;h<i.length;h++)if(($=i[h])&&(E?$.localName==E:$.nodeType==3)){n=$,i[h]=null;break}}if(!n){if(k=m.ownerDocument||document,!E)return k.createTextNode(O);n=k.createElementNS(o,E,O.is?O:m),l&&(C.__m&&C.__m(e,i),l=!1),i=null}if(E){if(m=E=="template"&&n.content||n,i=E=="textarea"&&O.defaultValue!=null?null:i&&Dt.call(m.childNodes),!l&&i)for(x={},h=0;h<n.attributes.length;h++)x[($=n.attributes[h]).name]=$.value;for(h in x)$=x[h],h=="dangerouslySetInnerHTML"?f=$:h=="children"||h in O||h=="value"&&"defaultValue"in O||h=="checked"&&"defaultChecked"in O||je(n,h,null,$,o);for(h in O)$=O[h],h=="children"?p=$:h=="dangerouslySetInnerHTML"?d=$:h=="value"?w=$:h=="checked"?v=$:l&&typeof $!="function"||x[h]===$||je(n,h,$,x[h],o);d?(l||f&&(d.__html==f.__html||d.__html==n.innerHTML)||(n.innerHTML=d.__html),e.__k=[]):(f&&(n.textContent=""),(E=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&ro.test(E))&&(o="http://www.w3.org/1999/xhtml"),_n(m,Lt(p)?p:[p],e,t,s,o,i,r,i?i[0]:t.__k&&oe(t,0),l,u),i&&i.some(ue)),l&&E!="textarea"||(h="value",E=="progress"&&w==null?n.removeAttribute(h):w==null||w===n[h]&&(E!="progress"||w)||je(n,h,w,x[h],o),h="checked",v!=null&&v!=n[h]&&je(n,h,v,x[h],o))}else x===O||l&&n.data==O||(n.data=O);return n}function Ft(n,e,t,s){try{typeof n=="function"?e?e.__x=n(e)||1:s&&(s=s.__c||s.__e)&&(e=s.__x)&&(s.__x=null,typeof e=="function"?e():n(null)):n.current=e}catch(o){C.__e(o,t)}}function Ht(n,e,t){var s,o,i,r;if(C.unmount&&C.unmount(n),!(s=n.ref)||s.current&&s.current!=n.__e||Ft(s,null,e,n),s=n.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){C.__e(l,e)}s.__P=s.__n=null}if(s=n.__k)for(r=0;r<s.length;r++)s[r]&&Ht(s[r],e,typeof n.type!="function"||t&&!n.props.__P);!t&&(s=n.__c)&&(s=s.__z)&&(o=He(s,i=[]))&&(s==n.__e&&i.some(ue),ue(o),ue(s)),t||ue(n.__e),n.__e=n.__c=n.__=null}function po(n,e,t){return this.constructor(n,t)}function Gt(n,e){var t,s,o,i;C.__&&C.__(n,e),e.nodeType==9&&(e=e.documentElement),s=(t=n&&32&n.__u)?null:e.__k,e.__k=Oe(Ce,{children:[n]}),o=[],i=[],jt(e,e.__k,s||Be,Be,e.namespaceURI,s?null:e.firstChild?Dt.call(e.childNodes):null,o,s?s.__e:e.firstChild,t,i),Mn(o,e.__k,i),e.__k.props.children=null}C={__e:function(n,e,t,s){for(var o,i,r;e=e.__;)if((o=e.__c)&&!(1&o.__g)){o.__g|=4;try{if((r=(i=o.constructor)&&i.getDerivedStateFromError)&&o.setState(i.getDerivedStateFromError(n)),o.componentDidCatch&&(o.componentDidCatch(n,s||{}),r=1),r&&8&o.__g)return void(o.__g|=2)}catch(l){n=l}}throw Ge=0,n}},$n=0,oo=function(n){return n!=null&&n.constructor===Pe},pe.prototype.setState=function(n,e){var t=this.__s;t&&t!=this.state||(t=this.__s=he({},this.state)),typeof n=="function"&&(n=n(he({},t),this.props)),n&&(he(t,n),this.__v&&(e&&this.__k.push(e),mn(this)))},pe.prototype.forceUpdate=function(n){this.__v&&(this.__g|=4,n&&this.__h.push(n),mn(this))},pe.prototype.render=Ce,se=[],Ge=0,gn=function(n,e){return n.__v.__b-e.__v.__b},Fe=Symbol(),wn=/(PointerCapture)$|Capture$/i,Rt=0,Nt={},io=0;var we,L,Bt,Sn,Ut=Object.is,ze=0,Rn=[],qt=[],N=C,Tn=N.__b,En=N.__r,On=N.diffed,Pn=N.__c,Cn=N.unmount,An=N.__;function We(n,e){N.__h&&N.__h(L,n,ze||e),ze=0;var t=L.__H||(L.__H={__:[],__h:[]});return n>=t.__.length&&t.__.push({}),t.__[n]}function g(n){return ze=1,mo(Dn,n)}function mo(n,e,t){var s=We(we++,2);if(s.t=n,!s.__c&&(s.__=[t?t(e):Dn(void 0,e),function(i){var r=(s.__N||s.__)[0],l=s.t(r,i);Ut(r,l)||(s.__N=[l,s.__[1]],s.__c.setState({}))}],s.__c=L,!L.__f)){L.__f=!0;var o=L.shouldComponentUpdate;L.shouldComponentUpdate=function(i,r,l){var u=this.__H;if(!u)return!0;var m=!1,h=this.props!=i;if(u.__.some(function(f){f.__N&&(m=!0,Ut(f.__[0],f.__N[0])||(h=!0))}),o){var d=o.call(this,i,r,l);return m?d||h:d}return!m||h}}return s.__}function M(n,e){var t=We(we++,3);!N.__s&&Wt(t.__H,e)&&(t.__P=!0,t.__=n,t.u=e,L.__H.__h.push(t))}function ee(n,e){var t=We(we++,4);!N.__s&&Wt(t.__H,e)&&(t.__P=!1,t.__=n,t.u=e,L.__h.push(t))}function ie(n){return ze=5,Ln(function(){return{current:n}},[])}function Ln(n,e){var t=We(we++,7);return Wt(t.__H,e)&&(t.__=n(),t.__H=e),t.__}function fo(){var n;do{for(;n=qt.shift();)try{Ae(n)}catch(t){N.__e(t,{__:(n=n.__P)&&n.__v})}for(;n=Rn.shift();){var e=n.__H;if(n.__P&&e)try{e.__h.some(Ae),e.__h.some(zt),e.__h=[]}catch(t){e.__h=[],N.__e(t,n.__v)}}}while(qt.length)}N.__b=function(n){L=null,Tn&&Tn(n)},N.__=function(n,e){n&&e.__k&&e.__k.__m&&(n.__m=e.__k.__m),An&&An(n,e)},N.__r=function(n){En&&En(n),we=0;var e=(L=n.__c).__H;e&&(Bt==L?L.__h=[]:(e.__h.some(Ae),e.__h.some(zt),we=0),e.__h=[],e.__.some(function(t){t.__N&&(t.__=t.__N),t.u=t.__N=void 0})),Bt=L},N.diffed=function(n){On&&On(n);var e=n.__c;e&&e.__H&&(e.__H.__h.length&&Nn(Rn.push(e)),e.__H.__.some(function(t){t.u&&(t.__H=t.u)})),Bt=L=null},N.__c=function(n,e){e.some(function(t){try{t.__h.some(Ae),t.__h=t.__h.filter(function(s){return!s.__||zt(s)})}catch(s){t.__h=[function(){throw s}]}}),Pn&&Pn(n,e)},N.unmount=function(n){Cn&&Cn(n);var e,t,s=n.__c;s&&s.__H&&(s.__H.__.some(function(o){try{if(o.__P&&o.__c){if(t===void 0){for(t=n.__;t&&(!t.__c||!t.__c.__P);)t=t.__;t=t&&t.__c}o.__P=t,Nn(qt.push(o))}else Ae(o)}catch(i){e=i}}),s.__H=void 0,e&&N.__e(e,s.__v))};var In=typeof requestAnimationFrame=="function";function $o(n){var e,t=function(){clearTimeout(s),In&&cancelAnimationFrame(e),setTimeout(n)},s=setTimeout(t,35);In&&(e=requestAnimationFrame(t))}function Nn(n){n!=1&&Sn==N.requestAnimationFrame||((Sn=N.requestAnimationFrame)||$o)(fo)}function Ae(n){var e=L,t=n.__c;typeof t=="function"&&(n.__c=void 0,t()),L=e}function zt(n){var e=L;n.__c=n.__(),L=e}function Wt(n,e){return!n||n.length!=e.length||e.some(function(t,s){return!Ut(t,n[s])})}function Dn(n,e){return typeof e=="function"?e(n):e}var Fn=function(n,e,t,s){var o;e[0]=0;for(var i=1;i<e.length;i++){var r=e[i++],l=e[i]?(e[0]|=r?1:2,t[e[i++]]):e[++i];r===3?s[0]=l:r===4?s[1]=Object.assign(s[1]||{},l):r===5?(s[1]=s[1]||{})[e[++i]]=l:r===6?s[1][e[++i]]+=l+"":r?(o=n.apply(l,Fn(n,l,t,["",null])),s.push(o),l[0]?e[0]|=2:(e[i-2]=0,e[i]=o)):s.push(l)}return s},jn=new Map;function Hn(n){var e=jn.get(this);return e||(e=new Map,jn.set(this,e)),(e=Fn(this,e.get(n)||(e.set(n,e=(function(t){for(var s,o,i=1,r="",l="",u=[0],m=function(f){i===1&&(f||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?u.push(0,f,r):i===3&&(f||r)?(u.push(3,f,r),i=2):i===2&&r==="..."&&f?u.push(4,f,0):i===2&&r&&!f?u.push(5,0,!0,r):i>=5&&((r||!f&&i===5)&&(u.push(i,0,r,o),i=6),f&&(u.push(i,f,0,o),i=6)),r=""},h=0;h<t.length;h++){h&&(i===1&&m(),m(h));for(var d=0;d<t[h].length;d++)s=t[h][d],i===1?s==="<"?(m(),u=[u],i=3):r+=s:i===4?r==="--"&&s===">"?(i=1,r=""):r=s+r[0]:l?s===l?l="":r+=s:s==='"'||s==="'"?l=s:s===">"?(m(),i=1):i&&(s==="="?(i=5,o=r,r=""):s==="/"&&(i<5||t[h][d+1]===">")?(m(),i===3&&(u=u[0]),i=u,(u=u[0]).push(2,0,i),i=0):s===" "||s==="	"||s===`
`||s==="\r"?(m(),i=2):r+=s),i===3&&r==="!--"&&(i=4,u=u[0])}return m(),u})(n)),e),arguments,[])).length>1?e:e[0]}var c=Hn.bind(bn);var A=()=>ie(null),de=()=>g(()=>`own-${Math.random().toString(36).slice(2)}`)[0];var go={back:"M15 5l-7 7 7 7",chats:"M21 11.500c0 4.100-4 7.500-9 7.500-.9 0-1.800-.1-2.600-.3L4.500 20.500l1.100-3.600C4 15.500 3 13.600 3 11.500 3 7.400 7 4 12 4s9 3.400 9 7.500z",contacts:"M16 20v-1.500a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M9.500 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M21 20v-1.500a4 4 0 0 0-3-3.900M15.500 4.100a3.500 3.500 0 0 1 0 6.800",groups:"M12 11a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400M6 20v-1a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5v1M4.500 12.500a2.200 2.200 0 1 1 1.500-3.800M19.500 12.500a2.200 2.200 0 1 0-1.500-3.800M2 18v-.5A3 3 0 0 1 4 14.700M22 18v-.5a3 3 0 0 0-2-2.800",settings:"M12 15.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400M19.400 13.500l1.600 1.200-1.800 3.200-1.900-.8a7 7 0 0 1-2 1.200l-.3 2h-3.800l-.3-2a7 7 0 0 1-2-1.200l-1.900.8L3.200 14.700l1.600-1.200a7 7 0 0 1 0-3L3.200 9.300 5 6.100l1.900.8a7 7 0 0 1 2-1.200l.3-2h3.800l.3 2a7 7 0 0 1 2 1.200l1.900-.8 1.800 3.200-1.600 1.200a7 7 0 0 1 0 3",search:"M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M20 20l-4.800-4.800",send:"M4 12l16-8-6 16-3-6.500z",plus:"M12 5v14M5 12h14",close:"M6 6l12 12M18 6L6 18",more:"M5 12h.01M12 12h.01M19 12h.01",emoji:"M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.500 14.500a4.300 4.300 0 0 0 7 0M9 9.500h.01M15 9.500h.01",attach:"M20 11.500l-8.200 8.200a5 5 0 0 1-7-7L13 4.500a3.300 3.300 0 0 1 4.700 4.700l-8.200 8.200a1.700 1.700 0 0 1-2.400-2.400l7.600-7.500",microphone:"M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 0 0-7 0v5A3.500 3.500 0 0 0 12 15M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3",stop:"M7 7h10v10H7z",reply:"M9 7l-5 5 5 5M4 12h9a7 7 0 0 1 7 7",eye:"M2 12s3.500-6.500 10-6.500S22 12 22 12s-3.500 6.500-10 6.500S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",edit:"M4 20l1-4L16.500 4.500l3 3L8 19z",recall:"M4 7h16M9 7V4.500h6V7M6.500 7l1 13h9l1-13M10.500 11v5M13.500 11v5",copy:"M9 9h10v11H9zM5 15V4h10",pin:"M9 4h6l-1 6 3 3H7l3-3zM12 13v7",mute:"M6 9.500a6 6 0 0 1 9.700-4.700M18 11c0 4 1.500 5.500 1.500 5.500H7M10 19.500a2 2 0 0 0 4 0M4 4l16 16",bell:"M6 10a6 6 0 0 1 12 0c0 5 2 6.500 2 6.500H4S6 15 6 10M10 19.500a2 2 0 0 0 4 0",file:"M14 3H6v18h12V7zM14 3v4h4",download:"M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14",down:"M6 9.500l6 6 6-6",check:"M5 12.500l4.500 4.500L19 7.500",info:"M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 8h.01",megaphone:"M4 10v4h3l8 4V6l-8 4zM18.500 9.500a4 4 0 0 1 0 5",device:"M4 5h16v10H4zM9 19h6M12 15v4",person:"M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500a7.500 7.500 0 0 1 15 0",lock:"M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",block:"M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.700 5.700l12.600 12.600",look:"M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 3v18M12 7l6 0M12 12h8M12 17h6",invite:"M15 20v-1.500a4 4 0 0 0-4-4H6.500a4 4 0 0 0-4 4V20M8.700 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M19 8v6M16 11h6",leave:"M14 4H5v16h9M10 12h11M17 8l4 4-4 4",link:"M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17",failed:"M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.500v5.500M12 16.200h.01",play:"M7 5l12 7-12 7z"};function _({name:n}){return c`<svg class="icon icon-${n}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${go[n]} /></svg>`}function D({icon:n,label:e,...t}){return c`<button type="button" class="icon-button" aria-label=${e} title=${e} ...${t}>
    <${_} name=${n} />
  </button>`}var Gn={aFile:"File",aMessage:"A message",aPicture:"Picture",aVoiceMessage:"Voice message",accept:"Accept",accepted:"{name} is a contact now",account:"Password and account",actions:"Actions",addContact:"Add to contacts",admin:"Admin",andOthers:"{names} and {count} others",announcements:"Announcements",announcementsHint:"From the administrators",appearance:"Appearance and language",approve:"Approve",askToJoin:"Ask to join",asked:"You have asked",asksYou:"would like to be your contact",attach:"Send a picture or file",back:"Back",ban:"Ban",banQuestion:"{name} will be removed and cannot come back until you unban them.",banned:"Banned",bannedLine:"{name} was banned by {by}",beginning:"This is the beginning.",bio:"About you",block:"Block",blockQuestion:"You and {name} will not be able to write to each other, and {name} will not see when you are online.",blocked:"Blocked people",brokenProblem:"That did not work. Please try again.",cancel:"Cancel",caption:"Caption (optional)",changePassword:"Change password",changePasswordHint:"All your other devices will be logged out.",changedLine:"{by} changed what the group says of itself",chats:"Chats",choosePicture:"Choose a picture",chooseSomething:"Choose a conversation to begin",close:"Close",connecting:"No connection. Trying again…",contacts:"Contacts",copied:"Copied",copy:"Copy",decline:"Decline",deleteAccount:"Delete account",deleteAccountHint:"Your contacts and memberships go with it. What you have written stays, without your name.",deleteAccountQuestion:"This cannot be undone. Enter your password to go on.",deletedAccount:"Deleted account",deletedAccountHint:"This account was deleted.",delivered:"Delivered",description:"Description",devices:"Devices",devicesHint:"What you are logged in with. Revoke what you do not recognise.",discard:"Discard",dissolve:"Dissolve group",dissolveQuestion:"{name} will be gone for all members. This cannot be undone.",dissolvedLine:"{by} dissolved the group",download:"Download",draft:"Draft:",edit:"Edit",editGroup:"Edit group",editProfile:"Edit profile",edited:"edited",editing:"Editing",email:"E-mail",emoji:"Emoji",emojiFaces:"Faces",emojiFood:"Food",emojiGestures:"Gestures and hearts",emojiNature:"Nature",emojiThings:"Things",emptyFile:"There is nothing in this file.",failed:"Not sent",fileTooLarge:"This file has {size}; at most {most} can be sent.",findGroups:"Find groups",findPeople:"Find people",gender:"Gender",greeting:"Greeting (optional)",group:"Group",groupDissolved:"This group was dissolved.",groupName:"Group name",groupUnknown:"There is no such group, or only its members see it.",groups:"Groups",haveAccount:"I have an account: log in",information:"Information",invitations:"Invitations",invite:"Invite",inviteCode:"Invite code",inviteHint:"Only if this server asks for one.",inviteLink:"Invite link",inviteLinks:"Invite links",inviteLinksHint:"Whoever has a link may join.",invited:"Invited",invitedBy:"Invited by {name}",invitedDone:"{name} is invited",join:"Join",joinByLink:"Join a group",joinByLinkHint:"You have an invite link to a group.",joinedLine:"{name} joined",language:"Language",leave:"Leave group",leaveQuestion:"You will no longer get messages from {name}.",leftLine:"{name} left",loading:"Loading…",logIn:"Log in",logOut:"Log out",loggedOut:"Logged out",madeGroup:"{by} made the group",makeAccount:"Create account",makeAdmin:"Make admin",makeGroup:"Create group",makeMember:"Remove as admin",makeOwner:"Hand over the group",makeOwnerQuestion:"{name} becomes the owner, and you an admin.",markRead:"Mark as read",member:"Member",members:"{count} members",membersTitle:"Members",mention:"Mention",message:"Message",messageFrom:"{name}, {time}",messageGone:"That message is not here any more.",messages:"Messages",messagesKeys:"Up and down go from message to message, Enter shows what can be done with it.",more:"More",moreAbout:"More about {name}",moreEmojis:"More emoji",mute:"Mute",muteGroup:"Mute all",muteHour:"Mute for an hour",muteMember:"Mute",muted:"Muted",mutedHere:"You cannot write here at the moment.",name:"Name",nameBegins:"Name begins with",newChat:"New chat",newGroup:"New group",newLink:"New link, good for a week",newMessages:"New messages",newPassword:"New password",noAccount:"No account yet? Create one",noChats:"No conversations yet. Find somebody to talk to.",noContacts:"No contacts yet. Find people whom you know.",noGroups:"You are in no group yet. Find one, or make your own.",noMessageHas:"No message has “{words}”.",noMessages:"No messages yet",noMicrophone:"The microphone cannot be used.",noPicture:"No picture",noServer:"The server cannot be reached. Trying again…",nobodyBlocked:"You have blocked nobody.",nobodyFound:"Nobody found.",notAMember:"You are not a member of this group.",notAPicture:"This is not a picture.",notSent:"Not sent",nothingFound:"Nothing found.",nothingYet:"No messages yet.",notices:"Notifications",noticesRefused:"This browser does not allow notifications.",off:"Off",offlineProblem:"There is no connection to the server. Please try again.",oldPassword:"Current password",on:"On",oneMember:"1 member",online:"online",onlyAdministrators:"Only administrators write here.",onlyYouSee:"Only you see this",openElsewhere:"HiChat is open in another window.",otherPeople:"Other people",owner:"Owner",password:"Password",passwordChanged:"Your password is changed.",passwordHint:"At least {least} characters: several words are good. Neither a common one nor your name.",phone:"Phone",picture:"Picture",pictureBroken:"This picture cannot be shown.",pin:"Pin",pinned:"Pinned",policyApproval:"After approval",policyInvite:"By invitation",policyOpen:"Everybody",profile:"Profile",react:"React",reactionOf:"{emoji} by {names}",read:"Read",readBy:"Read by {count} of {all}",recall:"Recall",recallQuestion:"The message will be removed for everybody.",recalledMessage:"Message recalled",recordVoice:"Record a voice message",recording:"Recording",reject:"Reject",remark:"Your name for them",removeContact:"Remove contact",removeContactQuestion:"{name} will no longer be your contact.",removeMember:"Remove from group",removeMemberQuestion:"{name} will no longer be a member.",removedLine:"{name} was removed by {by}",renamedGroup:"{by} named the group “{group}”",reply:"Reply",replyingTo:"Reply to {name}",requestSent:"Request sent",requests:"Requests",revoke:"Revoke",revokeQuestion:"{name} will be logged out.",save:"Save",saved:"Saved",search:"Search",searchChats:"Search",searchHere:"Search in this conversation",searchIn:"Search in {name}",searchMessages:"Search messages",searchMessagesFor:"Search messages for “{words}”",sections:"Sections",send:"Send",sendFile:"Send file",sendPicture:"Send picture",sendRequest:"Send request",sending:"Sending",sent:"Sent",sentRequests:"Your requests",setRemark:"Rename",settings:"Settings",showIt:"Show",showLarge:"Show {name}",showPassword:"Show password",takeBack:"Take back",theme:"Theme",themeAuto:"As the system",themeDark:"Dark",themeLight:"Light",thisDevice:"This device",toLatest:"To the newest messages",today:"Today",tooLong:"This message is too long.",tryAgain:"Try again",typing:"typing…",typingNames:"{names} typing…",unban:"Unban",unblock:"Unblock",unmute:"Unmute",unmuteGroup:"Unmute all",unmuteMember:"Unmute",unpin:"Unpin",unread:"unread",until:"until {time}",useHere:"Use it here",used:"used {count} times",v1Device:"Existing client",voiceOf:"Voice message, {seconds} seconds",waitingForAnswer:"Waiting for an answer",whoMayJoin:"Who may join",writeMessage:"Write a message",yesterday:"Yesterday",you:"You",youBlocked:"You have blocked this person."};var Bn={aFile:"文件",aMessage:"一条消息",aPicture:"图片",aVoiceMessage:"语音",accept:"接受",accepted:"已添加 {name} 为联系人",account:"密码与账号",actions:"操作",addContact:"添加联系人",admin:"管理员",andOthers:"{names} 等另外 {count} 人",announcements:"公告",announcementsHint:"来自管理员",appearance:"外观与语言",approve:"同意",askToJoin:"申请加入",asked:"已申请",asksYou:"想添加你为联系人",attach:"发送图片或文件",back:"返回",ban:"封禁",banQuestion:"{name} 将被移出，解除封禁前无法再加入。",banned:"已封禁",bannedLine:"{by} 封禁了 {name}",beginning:"对话从这里开始",bio:"个人简介",block:"拉黑",blockQuestion:"你和 {name} 将无法互发消息，对方也看不到你是否在线。",blocked:"黑名单",brokenProblem:"操作失败，请重试。",cancel:"取消",caption:"说明（可选）",changePassword:"修改密码",changePasswordHint:"其他设备都会退出登录。",changedLine:"{by} 修改了群资料",chats:"聊天",choosePicture:"选择图片",chooseSomething:"选择一个会话开始聊天",close:"关闭",connecting:"连接已断开，正在重连…",contacts:"联系人",copied:"已复制",copy:"复制",decline:"拒绝",deleteAccount:"注销账号",deleteAccountHint:"联系人和群成员身份将一并删除；你写过的内容会保留，但不再显示你的名字。",deleteAccountQuestion:"此操作无法撤销。请输入密码继续。",deletedAccount:"已注销用户",deletedAccountHint:"该账号已注销。",delivered:"已送达",description:"简介",devices:"登录设备",devicesHint:"这些是登录过你账号的设备。不认识的请移除。",discard:"丢弃",dissolve:"解散群聊",dissolveQuestion:"{name} 将对所有成员消失，无法恢复。",dissolvedLine:"{by} 解散了该群",download:"下载",draft:"草稿：",edit:"编辑",editGroup:"编辑群资料",editProfile:"编辑资料",edited:"已编辑",editing:"正在编辑",email:"邮箱",emoji:"表情",emojiFaces:"表情",emojiFood:"食物",emojiGestures:"手势与爱心",emojiNature:"自然",emojiThings:"物品",emptyFile:"文件为空。",failed:"发送失败",fileTooLarge:"此文件大小为 {size}，最大只能发送 {most}。",findGroups:"查找群聊",findPeople:"查找用户",gender:"性别",greeting:"打个招呼（可选）",group:"群聊",groupDissolved:"该群已解散。",groupName:"群名称",groupUnknown:"该群不存在，或仅成员可见。",groups:"群聊",haveAccount:"已有账号？去登录",information:"详情",invitations:"群邀请",invite:"邀请",inviteCode:"邀请码",inviteHint:"仅当服务器要求时填写。",inviteLink:"邀请链接",inviteLinks:"邀请链接",inviteLinksHint:"任何拿到链接的人都可以加入。",invited:"已邀请",invitedBy:"{name} 邀请你",invitedDone:"已邀请 {name}",join:"加入",joinByLink:"加入群聊",joinByLinkHint:"你收到了一个群邀请链接。",joinedLine:"{name} 加入了群聊",language:"语言",leave:"退出群聊",leaveQuestion:"你将不再收到 {name} 的消息。",leftLine:"{name} 退出了群聊",loading:"加载中…",logIn:"登录",logOut:"退出登录",loggedOut:"已退出",madeGroup:"{by} 创建了该群",makeAccount:"注册账号",makeAdmin:"设为管理员",makeGroup:"创建群聊",makeMember:"取消管理员",makeOwner:"转让群主",makeOwnerQuestion:"{name} 将成为群主，你将成为管理员。",markRead:"标为已读",member:"成员",members:"{count} 位成员",membersTitle:"成员",mention:"提到",message:"发消息",messageFrom:"{name}，{time}",messageGone:"该消息已不在这里。",messages:"消息",messagesKeys:"按上下键逐条浏览消息，按回车键显示可用操作。",more:"更多",moreAbout:"{name} 的更多操作",moreEmojis:"更多表情",mute:"消息免打扰",muteGroup:"全员禁言",muteHour:"禁言一小时",muteMember:"禁言",muted:"已静音",mutedHere:"你目前不能在此发言。",name:"用户名",nameBegins:"用户名开头",newChat:"发起聊天",newGroup:"新建群聊",newLink:"新建链接（一周有效）",newMessages:"新消息",newPassword:"新密码",noAccount:"还没有账号？去注册",noChats:"还没有会话，找个人聊聊吧。",noContacts:"还没有联系人，找找你认识的人吧。",noGroups:"你还没有加入任何群聊，找一个或自己建一个吧。",noMessageHas:"没有包含“{words}”的消息。",noMessages:"暂无消息",noMicrophone:"无法使用麦克风。",noPicture:"不用图片",noServer:"无法连接服务器，正在重试…",nobodyBlocked:"黑名单为空。",nobodyFound:"没有找到用户。",notAMember:"你不是该群成员。",notAPicture:"这不是图片。",notSent:"未能发送",nothingFound:"没有找到结果。",nothingYet:"还没有消息。",notices:"桌面通知",noticesRefused:"浏览器未允许通知。",off:"关闭",offlineProblem:"未连接到服务器，请稍后重试。",oldPassword:"当前密码",on:"开启",oneMember:"1 位成员",online:"在线",onlyAdministrators:"只有管理员可以在此发言。",onlyYouSee:"仅自己可见",openElsewhere:"HiChat 已在其他窗口打开。",otherPeople:"其他用户",owner:"群主",password:"密码",passwordChanged:"密码已修改。",passwordHint:"至少 {least} 个字符，多个词组成的更安全；不要用常见密码或用户名。",phone:"手机号",picture:"图片",pictureBroken:"图片无法显示。",pin:"置顶",pinned:"已置顶",policyApproval:"需审核",policyInvite:"仅限邀请",policyOpen:"所有人",profile:"个人资料",react:"表情回应",reactionOf:"{names} 的 {emoji}",read:"已读",readBy:"{all} 人中 {count} 人已读",recall:"撤回",recallQuestion:"该消息将对所有人撤回。",recalledMessage:"消息已撤回",recordVoice:"录制语音",recording:"录音中",reject:"拒绝",remark:"备注名",removeContact:"删除联系人",removeContactQuestion:"{name} 将不再是你的联系人。",removeMember:"移出群聊",removeMemberQuestion:"{name} 将不再是群成员。",removedLine:"{by} 将 {name} 移出了群聊",renamedGroup:"{by} 将群名改为“{group}”",reply:"回复",replyingTo:"回复 {name}",requestSent:"请求已发送",requests:"新的请求",revoke:"移除",revokeQuestion:"{name} 将退出登录。",save:"保存",saved:"已保存",search:"搜索",searchChats:"搜索",searchHere:"搜索此会话",searchIn:"在 {name} 中搜索",searchMessages:"搜索消息",searchMessagesFor:"搜索消息“{words}”",sections:"导航",send:"发送",sendFile:"发送文件",sendPicture:"发送图片",sendRequest:"发送请求",sending:"发送中",sent:"已发送",sentRequests:"已发出的请求",setRemark:"设置备注",settings:"设置",showIt:"查看",showLarge:"查看 {name}",showPassword:"显示密码",takeBack:"撤销",theme:"主题",themeAuto:"跟随系统",themeDark:"深色",themeLight:"浅色",thisDevice:"当前设备",toLatest:"回到最新消息",today:"今天",tooLong:"消息过长。",tryAgain:"重试",typing:"正在输入…",typingNames:"{names} 正在输入…",unban:"解除封禁",unblock:"移出黑名单",unmute:"取消免打扰",unmuteGroup:"解除全员禁言",unmuteMember:"解除禁言",unpin:"取消置顶",unread:"条未读",until:"{time} 前有效",useHere:"在此使用",used:"已使用 {count} 次",v1Device:"旧版客户端",voiceOf:"语音，{seconds} 秒",waitingForAnswer:"等待回应",whoMayJoin:"谁可以加入",writeMessage:"输入消息",yesterday:"昨天",you:"你",youBlocked:"你已拉黑对方。"};var Yt={en:Gn,zh:Bn},Ye={en:"English",zh:"中文"},Un="hichat.language";function wo(){let n=localStorage.getItem(Un);return n&&n in Yt?n:navigator.languages.map(e=>e.slice(0,2)).find(e=>e in Yt)??"en"}var re=wo();document.documentElement.lang=re;var z=()=>re;function Qe(n){re=n,localStorage.setItem(Un,n),document.documentElement.lang=n}function a(n,e={}){let t=Yt[re][n];if(t===void 0)throw new Error(`no words for ${n}`);return t.replace(/\{(\w+)\}/g,(s,o)=>String(e[o]))}function qn(){let n=navigator.languages.find(e=>e===re||e.startsWith(`${re}-`));try{return Intl.getCanonicalLocales(n)[0]??re}catch{return re}}var me=n=>e=>new Intl.DateTimeFormat(qn(),n).format(e),Ie=me({timeStyle:"short"}),K=me({dateStyle:"medium",timeStyle:"short"}),bo=me({weekday:"long"}),vo=me({weekday:"short"}),yo=me({month:"short",day:"numeric"}),_o=me({year:"numeric",month:"short",day:"numeric"}),ko=me({year:"numeric",month:"long",day:"numeric"});function ae(n){let e=new Date(n);return Date.UTC(e.getFullYear(),e.getMonth(),e.getDate())/(24*3600*1e3)}function Qt(n){return`${ae(n)} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}`}function zn(n){let e=new Date(n);return new Date(e.getFullYear(),e.getMonth(),e.getDate()+1).getTime()-n}function Wn(n,e){let t=ae(e)-ae(n);return t===0?a("today"):t===1?a("yesterday"):t>0&&t<7?bo(n):ko(n)}function Yn(n,e){let t=ae(e)-ae(n);return t===0?Ie(n):t>0&&t<7?vo(n):new Date(n).getFullYear()===new Date(e).getFullYear()?yo(n):_o(n)}function fe(n){let e=["B","KB","MB","GB"],t=0;for(;n>=1e3&&t<3;t++)n/=1e3;return`${new Intl.NumberFormat(qn(),{maximumFractionDigits:t?1:0}).format(n)} ${e[t]}`}function P({label:n,hint:e="",problem:t="",value:s,change:o,rows:i=0,maxlength:r,children:l,...u}){let m=de(),h=[e&&`${m}-hint`,t&&`${m}-problem`].filter(Boolean).join(" "),d={id:m,value:s,maxlength:r&&4*r,onInput:f=>{let p=f.currentTarget,$=f.isComposing?p.value:xo(p.value,r);$!==p.value&&(p.value=$),o($)},"aria-describedby":h||void 0,"aria-invalid":t?"true":void 0,...u};return c`<div class="field">
    <label for=${m}>${n}</label>
    ${i?c`<textarea rows=${i} ...${d}></textarea>`:c`<span class="field-line"><input ...${d} />${l}</span>`}
    ${e&&c`<small id="${m}-hint">${e}</small>`}
    ${t&&c`<p class="problem" role="alert" id="${m}-problem">${t}</p>`}
  </div>`}var xo=(n,e)=>[...n.normalize("NFC")].slice(0,e&&Number(e)).join("");function be(n){let[e,t]=g(!1);return c`<${P} ...${n} type=${e?"text":"password"} autocapitalize="none" spellcheck=${!1}>
    <button type="button" class="icon-button" title=${a("showPassword")} aria-pressed=${e} onClick=${()=>t(!e)}>
      <${_} name="eye" /><span class="hidden">${a("showPassword")}</span>
    </button>
  <//>`}function Ve(n){let t=document.querySelector('meta[name="hichat-password-length"]')?.content??"";return c`<${be} ...${n} hint=${a("passwordHint",{least:t})} autocomplete="new-password" required />`}var Ke=n=>n.code?.startsWith("password_")??!1;function ve({label:n,options:e,value:t,change:s}){let o=de();return c`<fieldset class="choice">
    <legend>${n}</legend>
    ${Object.entries(e).map(([i,r])=>c`<label key=${i}>
          <input type="radio" name=${o} checked=${t===i} onChange=${()=>s(i)} />
          <span>${r}</span>
        </label>`)}
  </fieldset>`}function Q(n){return n.code==="offline"?a("offlineProblem"):n.message||a("brokenProblem")}function Vn({model:n}){let[e,t]=g(!1),[s,o]=g(""),[i,r]=g(""),[l,u]=g(""),[m,h]=g(!1),[d,f]=g(""),[p,$]=g(""),[w,v]=g(!1),k=async O=>{O.preventDefault(),v(!0),f(""),$("");try{e?await n.link.ask("register",s,i,l.trim(),Qn(),z()):await n.link.ask("logIn",s,i,Qn(),z())}catch(E){["bad_invite","registration_closed"].includes(E.code)&&h(E.code==="bad_invite"),(Ke(E)?$:f)(Q(E)),v(!1)}},x=()=>{t(!e),f(""),$("")};return c`<main class="entry">
    <form class="card" onSubmit=${k}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${a(e?"makeAccount":"logIn")}</h1>
      <${P} label=${a("name")} value=${s} change=${o} autocomplete="username" required maxlength="64" />
      ${e?c`<${Ve} label=${a("password")} problem=${p} value=${i} change=${r} />`:c`<${be}
              label=${a("password")}
              value=${i}
              change=${r}
              autocomplete="current-password"
              required
            />`}
      ${e&&c`<${P}
          label=${a("inviteCode")}
          hint=${a("inviteHint")}
          value=${l}
          change=${u}
          autocomplete="off"
          maxlength="64"
          required=${m}
        />`}
      ${d&&c`<p class="problem" role="alert">${d}</p>`}
      <button class="primary" disabled=${w}>${a(e?"makeAccount":"logIn")}</button>
      <button type="button" class="plain" onClick=${x}>${a(e?"haveAccount":"noAccount")}</button>
    </form>
    <${Mo} model=${n} />
  </main>`}function Mo({model:n}){let e=t=>{Qe(t),n.changed()};return c`<div class="languages" role="group" aria-label=${a("language")}>
    ${Object.entries(Ye).map(([t,s])=>c`<button type="button" class="plain" lang=${t} aria-pressed=${z()===t} onClick=${()=>e(t)}>
          ${s}
        </button>`)}
  </div>`}function Qn(){let n=navigator.userAgent,e=["Firefox","Edg","OPR","Chrome","Safari"].find(s=>n.includes(s))??"Browser",t=["Android","iPhone","iPad","Windows","Mac","Linux"].find(s=>n.includes(s))??"Web";return`${{Edg:"Edge",OPR:"Opera"}[e]??e}-${t}`}var So=8,To=n=>[...n].reduce((e,t)=>(e*31+t.codePointAt(0))%9973,7)%So;function R({model:n,name:e,picture:t="",kind:s="person",online:o=!1,size:i=""}){let r=n.media.open(t),[l]=e.trim().toLocaleUpperCase(),u={announcements:"megaphone",group:"groups",person:"person"}[s];return c`<span class="avatar ${i} ${s}" aria-hidden="true">
    ${r?c`<img src=${r} alt="" loading="lazy" />`:c`<span class="letter tint-${s==="announcements"?3:To(e)}">
            ${s==="announcements"||!l?c`<${_} name=${u} />`:l}
          </span>`}
    ${o&&c`<span class="online"></span>`}
  </span>`}var Kn=["👍","❤️","😂","😮","😢","🎉"],Je={emojiFaces:"😀 😃 😄 😁 😆 😅 😂 🤣 😊 😇 🙂 😉 😌 😍 🥰 😘 😋 😜 🤪 🤨 🧐 🤓 😎 🥳 😏 😒 😔 😟 🙁 😣 😫 🥺 😢 😭 😤 😠 😡 🤯 😳 🥵 🥶 😱 😨 😰 😥 🤗 🤔 🤭 🤫 😶 😐 😬 🙄 😯 😲 🥱 😴 🤤 😵 🤢 🤧 😷 🤒 🤕 🤑 🤠 😈 👻 💀 🤖",emojiGestures:"👍 👎 👌 ✌️ 🤞 🤟 🤘 👈 👉 👆 👇 ☝️ ✋ 👋 🤙 💪 🙏 👏 🙌 👐 🤝 ✍️ 👀 🧠 ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 💢 💥 💫 💤",emojiNature:"🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦆 🦉 🐝 🦋 🐢 🐙 🐬 🐳 🌵 🎄 🌲 🌳 🌱 🌿 🍀 🌸 🌹 🌻 🌈 ☀️ ⛅ 🌧️ ❄️ 🔥 🌊 🌙 ⭐",emojiFood:"🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🍒 🍑 🍍 🥝 🍅 🥑 🥕 🌽 🍞 🧀 🥚 🍔 🍟 🍕 🌮 🍜 🍣 🍚 🥟 🍦 🍰 🎂 🍫 🍩 🍪 ☕ 🍵 🍺 🍷 🥂 🥤",emojiThings:"⚽ 🏀 🎾 🏐 🎯 🎮 🎲 🎸 🎹 🎧 🎤 🎬 🎨 🚗 🚌 🚲 ✈️ 🚀 🏠 🏢 🏖️ ⛰️ 💡 💻 📱 ⌚ 📷 📚 📝 📎 📌 🔒 🔑 🔨 ⏰ 💰 🎁 🎉 🎈 ✅ ❌ ❓ ❗ ➡️ ⬅️"};function Ze({choose:n}){let[e,t]=g(Object.keys(Je)[0]);return c`<div class="emojis">
    <div class="emoji-tabs">
      ${Object.entries(Je).map(([s,o])=>c`<button
            type="button"
            key=${s}
            aria-label=${a(s)}
            title=${a(s)}
            aria-pressed=${e===s}
            onClick=${()=>t(s)}
          >
            ${o.split(" ")[0]}
          </button>`)}
    </div>
    <div class="emoji-grid" data-columns="8" tabindex="0" role="group" aria-label=${a(e)}>
      ${Je[e].split(" ").map(s=>c`<button type="button" key=${s} onClick=${()=>n(s)}>${s}</button>`)}
    </div>
  </div>`}var ye=6;function V({anchor:n,close:e,label:t,children:s,items:o=[]}){let i=A();return ee(()=>{let u=i.current;u.showPopover();let m=n.getBoundingClientRect(),{offsetWidth:h,offsetHeight:d}=u,f=m.bottom+ye+d<innerHeight;return u.style.left=`${Math.max(ye,Math.min(m.left,innerWidth-h-ye))}px`,u.style.top=`${Math.max(ye,f?m.bottom+ye:m.top-d-ye)}px`,u.querySelector("button, input")?.focus(),()=>{let{activeElement:p}=document;n.isConnected&&(u.contains(p)||p===document.body)&&n.focus()}},[]),c`<div
    ref=${i}
    class="menu"
    popover="auto"
    role="dialog"
    aria-label=${t}
    onKeyDown=${u=>{let m=u.target.closest("[data-columns]")?.dataset.columns??1,h={ArrowDown:Number(m),ArrowRight:1,ArrowUp:-m,ArrowLeft:-1};if(!(u.key in h)||u.target.tagName==="INPUT")return;u.preventDefault();let d=[...i.current.querySelectorAll("button")],f=d.indexOf(document.activeElement)+h[u.key];d.at(f%d.length)?.focus()}}
    onFocusOut=${({relatedTarget:u})=>{u&&u!==n&&!i.current.contains(u)&&e()}}
    onToggle=${u=>u.newState==="closed"&&e()}
  >
    ${s}
    ${o.filter(Boolean).map(({icon:u,text:m,act:h,danger:d})=>c`<button
          type="button"
          class=${d?"menu-item danger-text":"menu-item"}
          onClick=${()=>{e(),h()}}
        >
          <${_} name=${u} />${m}
        </button>`)}
  </div>`}var Eo=300,Oo={"audio/webm":".webm","audio/ogg":".ogg","audio/mp4":".m4a"},Po=["audio/webm;codecs=opus","audio/ogg;codecs=opus","audio/mp4"];function Jn({model:n,conversation:e,close:t}){let[s,o]=g(0),i=A(),r=ie(!1),l=ie(0);M(()=>{let h,d=!1,f=setInterval(()=>{if(!l.current)return;let $=(performance.now()-l.current)/1e3;o(Math.floor($)),$>=Eo&&u(!0)},250);return(async()=>{try{h=await navigator.mediaDevices.getUserMedia({audio:!0})}catch{n.toast(a("noMicrophone"),"problem"),t();return}let $=()=>h.getTracks().forEach(k=>k.stop());if(d){$();return}let w=Po.find(k=>MediaRecorder.isTypeSupported(k)),v=[];i.current=new MediaRecorder(h,w?{mimeType:w}:{}),i.current.ondataavailable=k=>v.push(k.data),i.current.onstop=()=>{if($(),!r.current)return;let k=(i.current.mimeType||v[0]?.type||"").split(";")[0],x=new File(v,`voice${Oo[k]??""}`,{type:k});n.media.send(e,x,{seconds:Math.max(1,(performance.now()-l.current)/1e3)})},i.current.start(),l.current=performance.now()})(),()=>{d=!0,clearInterval(f),i.current?.state==="recording"&&i.current.stop()}},[]);let u=h=>{r.current=h,i.current?.state==="recording"&&i.current.stop(),t()},m=`${Math.floor(s/60)}:${String(s%60).padStart(2,"0")}`;return c`<div class="composer">
    <div class="composer-line recorder" role="group" aria-label=${a("recordVoice")}>
      <${D} icon="recall" label=${a("discard")} onClick=${()=>u(!1)} />
      <span class="recorder-time" role="timer"><span class="recorder-dot"></span>${a("recording")} ${m}</span>
      <button type="button" class="primary" onClick=${()=>u(!0)}>${a("send")}</button>
    </div>
  </div>`}var Co=new RegExp("\\p{Default_Ignorable_Code_Point}","gu"),Ao="̀-ͯ᪰-᫿᷀-᷿⃐-⃿︠-︯",Io=new RegExp(`([\\p{Script=Latin}\\p{Script=Greek}\\s])[${Ao}]+`,"gu"),No="a:ɑⱥ b:ƀƃɓꞗ c:ƈȼɕꞓꞔ d:ðđƌȡɖɗꟈ e:ǝɇəɛⱸ f:ƒꞙ g:ǥɠꞡ h:ħɦⱨꞕ i:ıɨɩ j:ɉʝ k:ƙⱪꝁꝃꝅꞣ l:łƚȴɫɬɭⱡꝉꞎ m:ɱ n:ŋƞȵɲɳꞑꞥ o:øɔɵⱺꝋꝍ p:ƥᵽꝑꝓꝕ q:ĸɋʠꝗꝙ r:ɍɼɽɾꞧ s:ȿʂꞩꟊ t:ŧƫƭȶʈⱦ u:ʉʊꞹ v:ʋⱱⱴꝟ w:ⱳ y:ƴɏỿ z:ƶȝȥɀʐʑʒⱬ aa:ꜳ ae:æ ao:ꜵ au:ꜷ av:ꜹꜻ ay:ꜽ hv:ƕ oe:œ oi:ƣ oo:ꝏ ou:ȣ th:þ tz:ꜩ vy:ꝡ",Zn=new Map(No.split(" ").map(n=>n.split(":")).flatMap(([n,e])=>[...e].map(t=>[t,n]))),Ro=new RegExp(`[${[...Zn.keys()].join("")}]`,"g"),te=n=>n.replace(Co,"").normalize("NFKD").replace(Io,"$1").normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς","σ").replaceAll("ß","ss").replace(Ro,e=>Zn.get(e)??e).normalize("NFKC");var Lo=6;function Xn(n,e){let t=/(?:^|\s)@([^\s@]{0,32})$/u.exec(n.slice(0,e));return t?{at:e-t[1].length-1,query:t[1]}:null}function es({model:n,group:e,mention:t,area:s,choose:o,close:i}){let[r,l]=g(0),u=de(),m=te(t.query),h=n.members.get(e).filter(f=>f.id!==n.state.user&&te(f.name).startsWith(m)).slice(0,Lo),d=Math.min(r,h.length-1);return t.keys=f=>{if(!h.length)return!1;let p={ArrowDown:()=>l((d+1)%h.length),ArrowUp:()=>l((d+h.length-1)%h.length),Enter:()=>o(h[d]),Tab:()=>o(h[d]),Escape:i};return f.key in p?(f.preventDefault(),p[f.key](),!0):!1},M(()=>{if(!(d<0))return s.setAttribute("aria-activedescendant",`${u}-${d}`),()=>s.removeAttribute("aria-activedescendant")},[s,d]),h.length?c`<div class="suggestions" role="listbox" aria-label=${a("mention")}>
    ${h.map((f,p)=>c`<button
          type="button"
          role="option"
          id=${`${u}-${p}`}
          tabindex="-1"
          key=${f.id}
          aria-selected=${p===d}
          onMouseDown=${$=>$.preventDefault()}
          onClick=${()=>o(f)}
        >
          <${R} model=${n} name=${f.name} picture=${f.avatar} size="small" /><span class="row-title">${f.name}</span>
        </button>`)}
  </div>`:null}function Xe(n,e){let t=e.filter(({name:o})=>o).sort((o,i)=>i.name.length-o.name.length),s=[];for(let o=n.indexOf("@");o>=0;o=n.indexOf("@",o+1)){let i=t.find(({name:r})=>n.startsWith(r,o+1)&&Do(r,n.slice(o+1+r.length)));i&&s.push({...i,at:o})}return s}var Do=(n,e)=>!(/\w$/.test(n)&&/^\w/.test(e));var jo=180,Fo=n=>new TextEncoder().encode(n).length;function ts({model:n,conversation:e,attach:t}){let s=A(),o=A(),[i,r]=g(null),[l,u]=g(!1),[m,h]=g(null),{draft:d}=e,f=matchMedia("(hover: hover)").matches;M(()=>{f&&s.current?.focus()},[]),M(()=>{e.wantsFocus&&(e.wantsFocus=!1,setTimeout(()=>s.current?.focus()))}),ee(()=>{let y=s.current;y&&(y.style.height="auto",y.style.height=`${Math.min(y.scrollHeight,jo)}px`)},[d.text,l]);let p=e.place.group,$=(y,T)=>{d.write(y),h(p!==void 0?Xn(y,T??y.length):null),n.changed()},w=()=>{s.current.value=d.text,h(null),n.changed()},v=()=>{d.cancel(),w(),s.current.focus()},k=async(y,T,I)=>{await n.edit(y,T,I)||(d.edit(y,T),n.changed())},x=()=>{let y=d.text.trim();if(!y)return;if(Fo(y)>n.limits.text){n.toast(a("tooLong"),"problem");return}let T=Bo(n,d,p).slice(0,50);if(d.editing)k(d.editing,y,T);else{let I={media:"text",text:y};T.length&&(I.mentions=T),d.replyTo&&(I.replyTo=d.replyTo.id),n.say(e,I)}d.done(),w(),s.current.focus()},O=(y,T)=>{d.write(y),w(),s.current.focus(),s.current.setSelectionRange(T,T)},E=y=>{let T=d.text.slice(0,m.at),I=d.text.slice(m.at+m.query.length+1);d.mentions.set(y.id,y.name),O(`${T}@${y.name} ${I}`,T.length+y.name.length+2)},Ee=y=>{if(!(y.isComposing||y.keyCode===229)&&!m?.keys?.(y)){if(y.key==="Enter"&&!y.shiftKey&&f)y.preventDefault(),x();else if(y.key==="Escape"&&(d.editing||d.replyTo))v();else if(y.key==="ArrowUp"&&!d.text){let T=e.messages.findLast(I=>I.from===n.state.user&&!I.recalled&&I.text);if(!T)return;y.preventDefault(),d.edit(T),w()}}},De=y=>{r(null);let{selectionStart:T,selectionEnd:I}=s.current;O(d.text.slice(0,T)+y+d.text.slice(I),T+y.length)},ge=y=>{let T=[...y.clipboardData?.files??[]][0];T&&(y.preventDefault(),t(T))},Z=y=>{let T=y.currentTarget.files[0];T&&t(T),y.currentTarget.value=""};return l?c`<${Jn} model=${n} conversation=${e} close=${()=>{u(!1),e.wantsFocus=f}} />`:c`<div class="composer">
    ${(d.editing||d.replyTo)&&c`<${Go} model=${n} draft=${d} cancel=${v} />`}
    ${m&&c`<${es} model=${n} group=${p} mention=${m} area=${s.current} choose=${E} close=${()=>h(null)} />`}
    <form
      class="composer-line"
      onSubmit=${y=>{y.preventDefault(),x()}}
    >
      <input ref=${o} type="file" hidden onChange=${Z} />
      <${D} icon="attach" label=${a("attach")} onClick=${()=>o.current.click()} />
      <div class="composer-box">
        <textarea
          ref=${s}
          rows="1"
          dir="auto"
          value=${d.text}
          placeholder=${a("writeMessage")}
          aria-label=${a("writeMessage")}
          aria-autocomplete=${p===void 0?void 0:"list"}
          onInput=${y=>{$(y.currentTarget.value,y.currentTarget.selectionStart),n.typing(e)}}
          onKeyDown=${Ee}
          onPaste=${ge}
        ></textarea>
        <${D} icon="emoji" label=${a("emoji")} aria-haspopup="dialog" aria-expanded=${!!i} onClick=${y=>r(y.currentTarget)} />
      </div>
      ${d.text.trim()||!Ho()?c`<button class="icon-button send" aria-label=${a("send")} title=${a("send")} disabled=${!d.text.trim()}><${_} name="send" /></button>`:c`<${D} icon="microphone" label=${a("recordVoice")} onClick=${()=>u(!0)} />`}
    </form>
    ${i&&c`<${V} anchor=${i} label=${a("emoji")} close=${()=>r(null)}><${Ze} choose=${De} /><//>`}
  </div>`}var Ho=()=>!!navigator.mediaDevices?.getUserMedia&&"MediaRecorder"in self;function Go({model:n,draft:e,cancel:t}){let s=e.editing??e.replyTo;return c`<div class="regarding">
    <span>
      <strong>${e.editing?a("editing"):a("replyingTo",{name:n.people.name(s.from)})}</strong>
      ${n.describe(s).slice(0,140)}
    </span>
    <${D} icon="close" label=${a("cancel")} onClick=${t} />
  </div>`}function Bo(n,e,t){if(t===void 0)return[];let s=new Map(n.members.get(t).map(i=>[i.id,i.name]));for(let[i,r]of e.mentions)s.set(i,r);let o=[...s].map(([i,r])=>({id:i,name:r}));return[...new Set(Xe(e.text,o).map(({id:i})=>i))]}var Vt=5;function Kt({model:n,changes:e}){return Uo(e).map(t=>c`<p class="beginning change" key=${`change-${t[0].id}`}>${zo(n,t)}</p>`)}function Uo(n){let e=[];for(let t of n){let s=e.at(-1),o=s?.[0];o&&o.kind===t.kind&&qo(t)&&o.seq!==1?s.push(t):e.push([t])}return e}function qo({kind:n}){return n==="joined"||n==="left"}function zo({people:n},e){let[{kind:t,seq:s,from:o,changed:i}]=e,r=n.name(o);if(s===1)return a("madeGroup",{by:r});if(i?.name)return a("renamedGroup",{by:r,group:i.name});let l=[...new Set(e.map(h=>h.member??h.from))],u=l.slice(0,Vt).map(h=>n.name(h)).join(", "),m=l.length>Vt?a("andOthers",{names:u,count:l.length-Vt}):u;return a(`${t}Line`,{name:m,by:r})}function H({title:n,close:e,children:t,wide:s=!1}){let o=A(),i=de();return M(()=>{let l=document.activeElement,u=o.current;return u.showModal(),u.querySelector("input:not([type=file], [type=radio]), textarea")?.focus(),()=>{let{activeElement:h}=document;(h===document.body||u.contains(h))&&l?.focus()}},[]),c`<dialog
    ref=${o}
    class=${s?"dialog wide":"dialog"}
    aria-labelledby=${i}
    onClose=${e}
    onMouseDown=${l=>l.target===o.current&&e()}
  >
    <div class="dialog-body">
      <header class="dialog-head">
        <h2 id=${i}>${n}</h2>
        <${D} icon="close" label=${a("close")} onClick=${e} />
      </header>
      ${t}
    </div>
  </dialog>`}function Y({title:n,text:e,action:t,close:s,then:o}){let i=()=>{s(),o()};return c`<${H} title=${n} close=${s}>
    <p>${e}</p>
    <div class="actions">
      <button type="button" autofocus onClick=${s}>${a("cancel")}</button>
      <button type="button" class="danger" onClick=${i}>${t}</button>
    </div>
  <//>`}var Wo=/https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef]+/g,Yo=new Set(`.,:;!?)]}'"`),ns=String.raw`(?!\p{EMod})\p{ExtPict}[\ufe0f\p{EMod}\u{e0020}-\u{e007f}]*`,Qo=String.raw`(?:\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|${ns}(?:\u200d${ns})*)`,Vo=new RegExp(`^(?:${Qo}\\s*){1,3}$`,"u"),ss=n=>Vo.test(n);function $e({text:n,mentions:e=[]}){return Ko(n,e).map(t=>t.link?c`<a href=${t.link} target="_blank" rel="noopener noreferrer nofollow">${t.text}</a>`:t.mention?c`<span class=${t.own?"mention own":"mention"}>${t.text}</span>`:t.text)}function Ko(n,e){let t=[];for(let i of n.matchAll(Wo)){let r=Jo(i[0]);Zo(r)&&t.push({at:i.index,text:r,link:r})}for(let{at:i,name:r,own:l}of Xe(n,e))t.push({at:i,text:`@${r}`,mention:!0,own:l});t.sort((i,r)=>i.at-r.at);let s=[],o=0;for(let i of t)i.at<o||(i.at>o&&s.push({text:n.slice(o,i.at)}),s.push(i),o=i.at+i.text.length);return o<n.length&&s.push({text:n.slice(o)}),s}function Jo(n){let e=n.length;for(;Yo.has(n[e-1]);)e--;let t=n.slice(0,e);return n[t.length]===")"&&t.includes("(")?`${t})`:t}function Zo(n){try{return["http:","https:"].includes(new URL(n).protocol)}catch{return!1}}var Xo=/^video\/(?:mp4|webm|ogg|quicktime|3gpp2?|x-matroska)$/,ei=/^image\/(?:avif|hei[cf](?:-sequence)?)$/;function et({model:n,message:e}){if(e.recalled)return c`<p class="said">${a("recalledMessage")}</p>`;let t=(e.mentions??[]).flatMap(o=>{let i=o===n.state.user;return[...new Set([n.people.name(o),n.people.get(o)?.name])].filter(Boolean).map(l=>({name:l,own:i}))}),s=e.media!=="file"&&ss(e.text??"");return c`
    ${e.media==="picture"&&c`<${ti} model=${n} message=${e} />`}
    ${e.media==="audio"&&c`<${ni} model=${n} message=${e} />`}
    ${e.media==="file"&&c`<${si} model=${n} message=${e} />`}
    ${e.text&&c`<p class=${s?"said large":"said"} dir="auto"><${$e} text=${e.text} mentions=${t} /></p>`}
  `}function ti({model:n,message:e}){let[t,s]=g(!1),[o,i]=g(!1),r=n.media.link(e.url,!0),l=e.text||a("aPicture");return n.media.isOwn(e.url)?o||n.media.isMissing(e.url)?c`<p class="said dim">${a("pictureBroken")}</p>`:c`<button type="button" class="picture" aria-label=${a("showLarge",{name:l})} onClick=${()=>s(!0)}>
      ${r?c`<img src=${r} alt=${l} loading="lazy" onError=${()=>i(!0)} />`:c`<span class="spinner small"></span>`}
    </button>
    ${t&&c`<${H} title=${l} wide close=${()=>s(!1)}>
        <img class="picture-full" src=${n.media.link(e.url)} alt=${l} />
        <div class="actions">
          <a class="button" href=${n.media.link(e.url)} download>${a("download")}</a>
        </div>
      <//>`}`:c`<${Jt} url=${e.url} />`}function ni({model:n,message:e}){let[t,s]=g(""),o=n.media.link(e.url);if(!n.media.isOwn(e.url))return c`<${Jt} url=${e.url} />`;if(o&&t===o)return c`<${os} model=${n} message=${e} otherwise=${a("aVoiceMessage")} />`;let i=e.seconds?a("voiceOf",{seconds:e.seconds}):a("aVoiceMessage");return c`<audio
    controls
    preload="metadata"
    src=${o||void 0}
    aria-label=${i}
    onLoadedMetadata=${is}
    onError=${()=>s(o)}
  ></audio>`}function si({model:n,message:e}){let[t,s]=g(""),o=n.media.link(e.url);if(!n.media.isOwn(e.url))return c`<${Jt} url=${e.url} />`;let{type:i=""}=n.media.about(e.url),r=()=>s(o),l=e.name||a("aFile"),u=h=>{h.currentTarget.videoWidth?is(h):r()},m=o&&t!==o;return c`
    ${m&&Xo.test(i)&&c`<video controls playsinline preload="metadata" src=${o} aria-label=${l} onLoadedMetadata=${u} onError=${r}></video>`}
    <${os} model=${n} message=${e} otherwise=${a("aFile")} />
    ${m&&ei.test(i)&&c`<${oi} link=${o} label=${l} fail=${r} />`}
  `}function oi({link:n,label:e,fail:t}){let[s,o]=g(!1);return c`<button type="button" class="plain" onClick=${()=>o(!0)}>${a("showLarge",{name:e})}</button>
    ${s&&c`<${H} title=${e} wide close=${()=>o(!1)}>
        <img class="picture-full" src=${n} alt=${e} onError=${t} />
      <//>`}`}function os({model:n,message:e,otherwise:t}){let{name:s,size:o}=n.media.about(e.url);return c`<a class="file" href=${n.media.link(e.url)||void 0} download=${e.name||s||""}>
    <span class="file-sign"><${_} name="file" /></span>
    <span class="file-name" dir="auto">${e.name||s||t}</span>
    ${o&&c`<span class="file-size dim">${fe(o)}</span>`}
    <${_} name="download" />
  </a>`}function is(n){let e=n.currentTarget;if(e.duration!==1/0)return;let t=!e.paused,s=()=>{e.duration!==1/0&&(e.removeEventListener("durationchange",s),e.currentTime=0,t&&e.play())};e.addEventListener("durationchange",s),e.currentTime=Number.MAX_SAFE_INTEGER}function Jt({url:n}){return c`<p class="said"><${$e} text=${n} /></p>`}var tt=n=>n.replaceAll("️",""),_e=(n,e)=>tt(n)===tt(e);function rs({model:n,conversation:e,message:t,anchor:s,close:o,recall:i}){let[r,l]=g(!1),u=t.from===n.state.user,m=e.place.group!==void 0?n.groups.get(e.place.group)?.you.role:"",h=u||m==="owner"||m==="admin",d=$=>{o();let w=t.reactions?.some(v=>_e(v.emoji,$)&&v.users.includes(n.state.user));n.react(t,$,!w)},f=$=>{$(e.draft),e.wantsFocus=!0,n.changed()},p=[{icon:"reply",text:a("reply"),act:()=>f($=>$.reply(t))},t.text&&{icon:"copy",text:a("copy"),act:()=>n.attempt(()=>navigator.clipboard.writeText(t.text),a("copied"))},u&&t.text&&{icon:"edit",text:a("edit"),act:()=>f($=>$.edit(t))},h&&{icon:"recall",text:a("recall"),act:i,danger:!0}];return r?c`<${V} key="all" anchor=${s} close=${o} label=${a("react")}><${Ze} choose=${d} /><//>`:c`<${V} key="few" anchor=${s} close=${o} label=${a("actions")} items=${p}>
    <div class="quick" role="group" aria-label=${a("react")}>
      ${Kn.map($=>c`<button type="button" key=${$} onClick=${()=>d($)}>${$}</button>`)}
      <button type="button" aria-label=${a("moreEmojis")} onClick=${()=>l(!0)}><${_} name="plus" /></button>
    </div>
  <//>`}function nt(){let[n="",e="",t=""]=location.hash.replace(/^#\/?/,"").split("/").map(ii);return{section:n||"chats",detail:e,more:t}}function j(...n){location.hash=`#/${n.map(encodeURIComponent).join("/")}`}var b=(...n)=>`#/${n.map(encodeURIComponent).join("/")}`;function ii(n){try{return decodeURIComponent(n)}catch{return""}}function as({model:n,conversation:e,message:t,together:s,flash:o,jump:i}){let[r,l]=g(null),[u,m]=g(!1),h=A(),d=t.from===n.state.user,f=e.place.user!==void 0,p=n.people.name(t.from),$=k=>{t.recalled||(k.preventDefault(),l(h.current))},w=k=>{k.key==="Enter"&&k.target===k.currentTarget&&$(k)},v=["message",d&&"own",s&&"together",o&&"flash",t.recalled&&"recalled"];return c`<article
    class=${v.filter(Boolean).join(" ")}
    data-id=${t.id}
    tabindex="-1"
    aria-label=${a("messageFrom",{name:d?a("you"):p,time:K(t.time)})}
    onKeyDown=${w}
    onContextMenu=${$}
  >
    ${!d&&!f&&(s?c`<span class="message-side"></span>`:c`<a class="message-side" href=${b("contacts",t.from)} aria-label=${p}>
            <${R} model=${n} name=${p} picture=${n.people.get(t.from)?.avatar} size="small" />
          </a>`)}
    <div class="message-main">
      ${!d&&!f&&!s&&c`<span class="message-who">${p}</span>`}
      <div class="bubble">
        ${t.replyTo&&!t.recalled&&c`<${ai} model=${n} conversation=${e} id=${t.replyTo} jump=${i} />`}
        <${et} model=${n} message=${t} />
        <span class="message-foot">
          ${t.edited&&!t.recalled&&c`<span title=${K(t.edited)}>${a("edited")}</span>`}
          <time datetime=${new Date(t.time).toISOString()} title=${K(t.time)}>${Ie(t.time)}</time>
          ${d&&!t.recalled&&c`<${ri} conversation=${e} message=${t} alone=${f} />`}
        </span>
      </div>
      <${ci} model=${n} message=${t} />
    </div>
    ${!t.recalled&&c`<button type="button" ref=${h} class="icon-button message-more" tabindex="-1" aria-label=${a("actions")} aria-haspopup="dialog" aria-expanded=${!!r} onClick=${$}>
        <${_} name="more" />
      </button>`}
    ${r&&!t.recalled&&c`<${rs}
        model=${n}
        conversation=${e}
        message=${t}
        anchor=${r}
        close=${()=>l(null)}
        recall=${()=>m(!0)}
      />`}
    ${u&&!t.recalled&&c`<${Y}
        title=${a("recall")}
        text=${a("recallQuestion")}
        action=${a("recall")}
        close=${()=>m(!1)}
        then=${()=>n.recall(t)}
      />`}
  </article>`}function ri({conversation:n,message:e,alone:t}){let{state:s,read:o,all:i}=n.stateOf(e),r=!t&&o&&i>1?a("readBy",{count:o,all:i}):a(s);return c`<span class="state ${s}" role="img" aria-label=${r} title=${r}><${Zt} state=${s} /></span>`}function Zt({state:n}){return c`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${{sending:"M8 3.500v4.500l3 1.500M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13",sent:"M3 8.500l3.500 3.500L13.500 4.500",delivered:"M1 8.500l3.500 3.500L11.500 4.500M8 11.500l.5.5L15.500 4.500",read:"M1 8.500l3.500 3.500L11.500 4.500M8 11.500l.5.5L15.500 4.500"}[n]} /></svg>`}function ai({model:n,conversation:e,id:t,jump:s}){let o=e.messages.find(i=>i.id===t);return c`<button type="button" class="quote" onClick=${()=>s(t)}>
    <strong>${o?o.from===n.state.user?a("you"):n.people.name(o.from):a("aMessage")}</strong>
    <span>${o?n.describe(o).slice(0,140):a("showIt")}</span>
  </button>`}function ci({model:n,message:e}){return e.recalled||!e.reactions?.length?null:c`<div class="reactions">
    ${e.reactions.map(({emoji:t,users:s})=>{let o=s.includes(n.state.user),i=s.slice(0,10).map(r=>n.people.name(r)).join(", ");return c`<button
        type="button"
        key=${t}
        aria-pressed=${o}
        aria-label=${a("reactionOf",{emoji:t,names:i})}
        title=${i}
        onClick=${()=>n.react(e,t,!o)}
      >
        ${t} <span>${s.length}</span>
      </button>`})}
  </div>`}function Xt({model:n,item:e,upload:t}){let s=e?e.failure:t.failed,o=!e&&t.final,i=(e?e.failure?.message:t.failure)||a("notSent"),r=()=>e?n.link.ask("retry",e.key):n.media.run(Object.assign(t,{failed:!1})),l=()=>e?n.link.ask("discard",e.key):n.media.drop(t);return c`<article class=${s?"message own failed":"message own waiting"}>
    <div class="message-main">
      <div class="bubble">
        ${e?c`<${et} model=${n} message=${{media:"text",...e.frame}} />`:c`<${li} upload=${t} />`}
        <span class="message-foot">
          <time>${Ie(e?.time??t.time)}</time>
          ${s?c`<span class="state" role="img" aria-label=${a("failed")}><${_} name="failed" /></span>`:c`<span class="state sending" role="img" aria-label=${a("sending")} title=${a("sending")}><${Zt} state="sending" /></span>`}
        </span>
      </div>
      ${s&&c`<div class="failure" role="alert">
          <span class="failure-reason">${i}</span>
          ${!o&&c`<button type="button" class="plain" onClick=${r}>${a("tryAgain")}</button>`}
          <button type="button" class="plain" onClick=${l}>${a("discard")}</button>
        </div>`}
    </div>
  </article>`}function li({upload:n}){return c`
    ${n.kind==="picture"&&c`<span class="picture"><img src=${n.preview} alt=${n.file.name} /></span>`}
    ${n.kind!=="picture"&&c`<span class="file"><span class="file-sign"><${_} name="file" /></span><span class="file-name" dir="auto">${n.file.name}</span></span>`}
    ${n.said.text&&c`<p class="said">${n.said.text}</p>`}
    ${!n.failed&&c`<progress value=${n.progress} max="1" aria-label=${a("sending")}></progress>`}
  `}var ne=120,st=40,ot=700,ui=5*6e4,it=class extends pe{scroller=qe();content=qe();observer=new ResizeObserver(()=>this.sticks&&this.toEnd());constructor(e){super(e);let{messages:t}=e.conversation;this.to=t.length,this.from=Math.max(0,this.to-ne),this.first=t[0]?.id,this.sticks=!0,this.top=0,this.state={flash:0,below:!1}}componentDidMount(){this.observer.observe(this.content.current),this.observer.observe(this.scroller.current),this.props.target?this.jump(this.props.target):this.toEnd(),this.seen()}componentWillUnmount(){this.observer.disconnect()}shouldComponentUpdate(e,t){return t!==this.state||e.target!==this.props.target||e.model.focused!==this.focused||e.version.some((s,o)=>s!==this.props.version[o])||e.model.state.line!==this.line||Qt(e.model.now())!==this.calendar||this.marks(e)!==this.marked}marks({conversation:e}){let t=[...e.others.values()];return`${t.length} ${t.reduce((s,o)=>s+o.read+o.received,0)}`}adjust(){let{messages:e}=this.props.conversation,t=e[0]?.id;if(t!==this.first){let s=e.findIndex(o=>o.id===this.first);s>0?(this.from+=s,this.to+=s):(this.to=e.length,this.from=Math.max(0,this.to-ne)),this.first=t}this.sticks||this.to>e.length?this.to=e.length:this.atNewest&&(this.to=e.length),this.from=Math.max(0,Math.min(this.from,this.to-1)),this.to-this.from>ne+st&&(this.sticks?this.from=this.to-ne:this.to=this.from+ne+st),this.atNewest=this.to===e.length&&!this.props.conversation.newer}getSnapshotBeforeUpdate(){if(this.sticks)return null;let e=this.scroller.current.getBoundingClientRect().top;for(let t of this.content.current.querySelectorAll("[data-id]")){let s=t.getBoundingClientRect();if(s.bottom>e)return{id:t.dataset.id,at:s.top}}return null}componentDidUpdate(e,t,s){if(e.target!==this.props.target&&this.props.target){this.jump(this.props.target);return}if(this.sticks)this.toEnd();else if(s){let o=this.content.current.querySelector(`[data-id="${s.id}"]`);o&&(this.scroller.current.scrollTop+=o.getBoundingClientRect().top-s.at)}this.seen(),this.fill()}toEnd(){let e=this.scroller.current;e.scrollTop=e.scrollHeight}seen(){let{conversation:e,model:t}=this.props;t.focused&&this.sticks&&!e.newer&&t.markRead(e)}scrolled=()=>{let{conversation:e}=this.props,{scrollTop:t,scrollHeight:s,clientHeight:o}=this.scroller.current,i=s-t-o,r=e.messages.length,l=i<40||this.sticks&&t>=this.top;this.sticks=l&&this.to===r&&!e.newer,this.top=t;let u=!1;t<ot&&this.from>0?(this.from=Math.max(0,this.from-st),this.to=Math.min(this.to,this.from+ne),this.atNewest=!1,u=!0):i<ot&&this.to<r&&(this.to=Math.min(r,this.to+st),this.from=Math.max(this.from,this.to-ne),u=!0),this.fill(),(u||this.state.below!==!this.sticks)&&this.setState({below:!this.sticks}),this.sticks&&this.seen()};fill(){let{conversation:e,model:t}=this.props,{scrollTop:s,scrollHeight:o,clientHeight:i}=this.scroller.current,r=o-s-i;s<ot&&this.from===0&&e.older&&this.more(()=>e.loadOlder(t.api));let l=this.to===e.messages.length;r<ot&&l&&e.newer&&this.more(()=>e.loadNewer(t.api))}async more(e){try{await e()&&this.props.model.changed()}catch{}}async jump(e){let{conversation:t,model:s}=this.props;if(!t.messages.some(i=>i.id===e)){if(!await s.attempt(()=>t.load(s.api,e)))return;this.first=void 0}let o=t.messages.findIndex(i=>i.id===e);if(o<0){s.toast(a("messageGone"));return}this.sticks=!1,this.first=t.messages[0]?.id,this.from=Math.max(0,o-ne/2),this.to=Math.min(t.messages.length,o+ne/2),this.setState({flash:e,below:!0},()=>{this.content.current.querySelector(`[data-id="${e}"]`)?.scrollIntoView({block:"center"}),this.scrolled(),setTimeout(()=>this.setState({flash:0}),2e3)})}latest=async()=>{let{conversation:e,model:t}=this.props;e.newer&&!await t.attempt(()=>e.load(t.api))||(this.sticks=!0,this.setState({below:!1}))};move=e=>{let t={ArrowUp:-1,ArrowDown:1}[e.key];if(!t||!e.target.matches?.(".message, .messages"))return;e.preventDefault();let s=[...this.content.current.querySelectorAll(".message")],o=s.indexOf(e.target);(o<0?s.at(-1):s[o+t])?.focus()};render({conversation:e,model:t}){this.adjust(),this.focused=t.focused,this.line=t.state.line,this.calendar=Qt(t.now()),this.marked=this.marks({conversation:e});let{messages:s}=e,o=s.slice(this.from,this.to),i=this.to===s.length&&!e.newer,r=i?t.pendingOf(e.name):[],l=i?t.media.of(e):[];return c`<div class="messages-frame">
      <div
        class="messages"
        ref=${this.scroller}
        onScroll=${this.scrolled}
        onKeyDown=${this.move}
        tabindex="0"
        role="region"
        aria-label=${a("messages")}
        aria-description=${a("messagesKeys")}
      >
        <div class="messages-content" ref=${this.content} role="log" aria-live=${this.sticks?"polite":"off"} aria-relevant="additions">
          ${this.from===0&&!e.older&&c`<p class="beginning">${a(s.length?"beginning":"nothingYet")}</p>`}
          ${this.from===0&&e.older&&c`<div class="spinner small"></div>`}
          ${o.map((u,m)=>this.one(u,o[m-1]??s[this.from-1]))}
          ${i&&c`<${Kt} key="changes" model=${t} changes=${this.changes(s.at(-1)?.id??0)} />`}
          ${r.map(u=>c`<${Xt} key=${u.key} model=${t} item=${u} />`)}
          ${l.map(u=>c`<${Xt} key=${u.key} model=${t} upload=${u} />`)}
        </div>
      </div>
      ${this.state.below&&c`<span class="to-latest">
          ${e.unread>0&&c`<span class="badge">${e.unread}</span>`}
          <${D} icon="down" label=${a("toLatest")} onClick=${this.latest} />
        </span>`}
    </div>`}changes(e,t=1/0){return this.props.conversation.changes.filter(({id:s})=>e<s&&s<t)}one(e,t){let{conversation:s,model:o}=this.props,i=!t||ae(t.time)!==ae(e.time),r=s.readAtOpening,l=e.from!==o.state.user&&e.id>r&&(t?.id??0)<=r&&r>0,u=this.changes(t?.id??0,e.id),m=!i&&!l&&!u.length&&t?.from===e.from&&e.time-t.time<ui;return c`
      ${u.length>0&&c`<${Kt} key=${`changes-${e.id}`} model=${o} changes=${u} />`}
      ${i&&c`<div class="day" key=${`day-${e.id}`}><span>${Wn(e.time,o.now())}</span></div>`}
      ${l&&c`<div class="day new" key=${`new-${e.id}`}><span>${a("newMessages")}</span></div>`}
      <${as}
        key=${e.id}
        model=${o}
        conversation=${s}
        message=${e}
        together=${m}
        flash=${this.state.flash===e.id}
        jump=${h=>this.jump(h)}
      />
    `}};var q=new URL("../..",import.meta.url).pathname.replace(/\/$/,"");var hi=/^\/uploads\/[A-Za-z0-9_-]{22,80}\.(?:png|jpg|gif|webp)$/,cs=/^\/uploads\/[A-Za-z0-9_-]{22,80}\.[a-z0-9]{2,8}$/,en=/^\/v2\/media\/([A-Za-z0-9_-]{22})$/,pi=new Set(["form_too_large","empty_file","damaged_picture","picture_too_large","quota_exceeded"]),di=86400,ls=6e4,rt=class{largest=1/0;links=new Map;wanted=new Set;asked=new Set;waiting=[];constructor(e){this.model=e}forget(){this.links=new Map,this.wanted=new Set,this.asked=new Set,this.uploads=[]}get uploads(){return this.waiting}set uploads(e){this.waiting=e,e.length?addEventListener("beforeunload",us):removeEventListener("beforeunload",us)}link(e="",t=!1){if(cs.test(e))return q+e;let s=en.exec(e)?.[1];if(!s)return"";let o=this.links.get(s);(!o||o.expires-ls<this.model.now())&&this.#e(s);let i=t&&o?.thumbnail||o?.url;return i?q+i:""}about(e=""){return this.links.get(en.exec(e)?.[1]??"")??{}}isMissing(e){return this.about(e).url===""}open(e){return hi.test(e)?q+e:""}isOwn(e){return cs.test(e)||en.test(e)}#e(e){this.asked.has(e)||(this.asked.add(e),this.wanted.size||setTimeout(()=>this.#t()),this.wanted.add(e))}async#t(){let e=[...this.wanted];for(this.wanted.clear();e.length;)await this.#n(e.splice(0,100))}async#n(e){try{let{items:t}=await this.model.api.post("/media/links",{ids:e}),s=this.model.now()+2*ls,o=new Map(t.map(r=>[r.id,{...r,expires:Math.max(r.expires,s)}])),i={url:"",expires:s};this.links=new Map([...this.links,...e.map(r=>[r,o.get(r)??i])]);for(let r of e)this.asked.delete(r)}catch{this.model.postpone(()=>{for(let t of e)this.asked.delete(t)})}this.model.changed()}problemWith(e){return e.size?e.size<=this.largest?"":a("fileTooLarge",{size:fe(e.size),most:fe(this.largest)}):a("emptyFile")}send(e,t,{text:s="",seconds:o=0,replyTo:i}={}){let r=tn(t),l={key:`upload-${Math.random()}`,name:e.name,file:t,kind:r,preview:r==="file"?"":URL.createObjectURL(t),said:{text:s,seconds:o,replyTo:i},time:Date.now(),progress:0,failure:null};return this.uploads=[...this.uploads,l],this.run(l)}async run(e){e.failure=null,this.uploads=[...this.uploads],this.model.changed();try{let t=await this.store(e.file,u=>{e.progress=u,this.uploads=[...this.uploads],this.model.changed()});if(!this.uploads.includes(e))return;let{text:s,seconds:o,replyTo:i}=e.said,r={media:t.kind,url:t.url,text:s};t.kind==="file"&&(r.name=t.name);let l=t.seconds??o;t.kind==="audio"&&l&&(r.seconds=Math.min(Math.max(1,Math.round(l)),di)),i&&(r.replyTo=i),await this.model.say(this.model.conversation(e.name),r),this.drop(e)}catch(t){e.failure=Q(t),e.failed=!0,e.final=pi.has(t.code),this.uploads=[...this.uploads]}this.model.changed()}drop(e){this.uploads=this.uploads.filter(t=>t!==e),e.preview&&URL.revokeObjectURL(e.preview),this.model.changed()}of(e){return this.uploads.filter(t=>t.name===e.name)}store(e,t=()=>{}){let s=encodeURIComponent((e.name||"file").replace(new RegExp("\\p{Surrogate}","gu"),""));return this.model.api.upload(`/v2/media?name=${s}`,e,t)}async storeOpen(e,t=()=>{}){return(await this.store(e,t)).open}};function us(n){n.preventDefault(),n.returnValue=!0}function tn(n){return/^image\/(?:png|jpeg|gif|webp)$/.test(n.type)?"picture":n.type.startsWith("audio/")?"audio":"file"}function hs({model:n,conversation:e,file:t,close:s}){let[o,i]=g(""),[r,l]=g(""),[u,m]=g(t.type.startsWith("video/")),h=tn(t),d=n.media.problemWith(t);M(()=>{let p=URL.createObjectURL(t);return l(p),()=>URL.revokeObjectURL(p)},[t]);let f=p=>{if(p.preventDefault(),d)return;let $=e.draft.replyTo?.id;e.draft.replyTo=null,n.media.send(e,t,{text:o,replyTo:$}),s()};return c`<${H} title=${a(h==="picture"?"sendPicture":"sendFile")} close=${s}>
    <form onSubmit=${f}>
      ${h==="picture"&&r&&c`<img class="picture-preview" src=${r} alt=${t.name} />`}
      ${u&&r&&c`<video controls playsinline src=${r} aria-label=${t.name} onError=${()=>m(!1)}></video>`}
      ${h==="audio"&&r&&c`<audio controls src=${r} aria-label=${t.name}></audio>`}
      <p class="file">
        <span class="file-sign"><${_} name="file" /></span>
        <span class="file-name" dir="auto">${t.name}</span><span class="dim">${fe(t.size)}</span>
      </p>
      ${d?c`<p class="problem" role="alert">${d}</p>`:c`<${P} label=${a("caption")} value=${o} change=${i} maxlength="2000" />`}
      <div class="actions">
        <button type="button" onClick=${s}>${a("cancel")}</button>
        ${!d&&c`<button class="primary">${a("send")}</button>`}
      </div>
    </form>
  <//>`}function at(n,e){let{muted:t,name:s,pinned:o,unread:i}=e,r=l=>n.attempt(async()=>{Object.assign(e,await n.api.patch(`/conversations/${s}`,l))});return[{icon:"pin",text:a(o?"unpin":"pin"),act:()=>r({pinned:!o})},{icon:t?"bell":"mute",text:a(t?"unmute":"mute"),act:()=>r({muted:!t})},i>0&&{icon:"check",text:a("markRead"),act:()=>n.markRead(e)}]}function ds({model:n,name:e,message:t}){let s=n.conversation(e),{group:o}=s.place,[i,r]=g(""),[l,u]=g(null),m=w=>u(v=>v===w?null:v),[h,d]=g(!1),f=async()=>{r("");try{await s.load(n.api,s.loaded?0:t)}catch(w){r(Q(w))}n.changed(),n.loadMarks(s).catch(()=>{})};return M(()=>{n.ready&&(s.readAtOpening=s.seen,!s.loaded||s.newer&&!t?f():n.loadMarks(s).catch(()=>{}),o!==void 0&&n.members.load(o).catch(()=>{}),n.watch(s))},[n.ready]),M(()=>{i&&n.state.line==="on"&&f()},[n.state.line]),c`<div
    class=${h?"chat dragged":"chat"}
    onDragOver=${w=>{[...w.dataTransfer?.types??[]].includes("Files")&&(w.preventDefault(),d(!0))}}
    onDragLeave=${()=>d(!1)}
    onDrop=${w=>{w.preventDefault(),d(!1);let v=w.dataTransfer?.files[0];v&&ps(n,s)&&u(v)}}
  >
    <${fi} model=${n} conversation=${s} />
    ${s.loaded?c`<${it} model=${n} conversation=${s} target=${t} version=${mi(n,s)} />`:c`<div class="messages-empty">
            ${i?c`<p role="alert">${i}</p>
                    <button type="button" onClick=${f}>${a("tryAgain")}</button>`:c`<div class="spinner" role="status"><span class="hidden">${a("loading")}</span></div>`}
          </div>`}
    ${ps(n,s)?c`<${ts} model=${n} conversation=${s} attach=${u} />`:c`<p class="no-composer">${wi(n,s)}</p>`}
    ${l&&c`<${hs} key=${l} model=${n} conversation=${s} file=${l} close=${()=>m(l)} />`}
  </div>`}function mi(n,e){let{media:t,outbox:s,people:o}=n;return[e.messages,e.changes,s,t.uploads,t.links,o.version,o.remarks,z()]}function fi({model:n,conversation:e}){let[t,s]=g(null),{user:o,group:i}=e.place,r=n.titleOf(e),l=o!==void 0?b("contacts",o):i!==void 0?b("groups",i):null,u=c`
    <${R}
      model=${n}
      name=${r}
      picture=${n.pictureOf(e)}
      kind=${i!==void 0?"group":o===void 0?"announcements":"person"}
      online=${o!==void 0&&n.online.has(o)}
    />
    <span class="chat-title">
      <h1>${r}</h1>
      <span class="chat-state" aria-live="polite">${$i(n,e)}</span>
    </span>
  `;return c`<header class="pane-head chat-head">
    <a class="icon-button back" href=${b("chats")} aria-label=${a("back")}><${_} name="back" /></a>
    ${l?c`<a class="chat-who" href=${l}>${u}</a>`:c`<span class="chat-who">${u}</span>`}
    <${D} icon="search" label=${a("searchHere")} onClick=${()=>j("search",e.name)} />
    ${l&&c`<a class="icon-button chat-info" href=${l} aria-label=${a("information")} title=${a("information")}><${_} name="info" /></a>`}
    <${D}
      icon="more"
      label=${a("moreAbout",{name:r})}
      aria-haspopup="dialog"
      aria-expanded=${!!t}
      onClick=${m=>s(m.currentTarget)}
    />
    ${t&&c`<${V}
        anchor=${t}
        label=${r}
        close=${()=>s(null)}
        items=${[l&&{icon:"info",text:a("information"),act:()=>location.hash=l},...at(n,e)]}
      />`}
  </header>`}function $i(n,e){let{user:t,group:s}=e.place,o=[...e.typing.keys()].map(i=>n.people.name(i));if(o.length)return s===void 0?a("typing"):a("typingNames",{names:o.slice(0,3).join(", ")});if(s!==void 0){let i=n.groups.get(s)?.size;return i?a(i===1?"oneMember":"members",{count:i}):""}return t===void 0?a("announcementsHint"):n.online.has(t)?a("online"):""}function ps(n,e){let{user:t,group:s}=e.place;if(t!==void 0)return!n.people.get(t)?.deleted&&!n.lists.has("blocks",t);if(s===void 0)return n.me?.administrator??!1;let o=n.groups.get(s);return!!o?.you.role&&!gi(n,o)}function gi(n,e){return n.lasts(e.you.muted)||e.you.role==="member"&&n.lasts(e.muted)}function wi(n,e){let{user:t,group:s}=e.place;if(t!==void 0)return a(n.people.get(t)?.deleted?"deletedAccountHint":"youBlocked");if(s===void 0)return a("onlyAdministrators");let o=n.groups.get(s);return o?o.gone?a(o.gone):a(o.you.role?"mutedHere":"notAMember"):a("loading")}function G({icon:n,text:e,children:t}){return c`<div class="nothing">
    <span class="nothing-sign"><${_} name=${n} /></span>
    <p>${e}</p>
    ${t&&c`<div class="nothing-actions">${t}</div>`}
  </div>`}function B({model:n,person:e,note:t="",asks:s,href:o=b("contacts",e.id),selected:i,children:r}){let l=n.people.name(e.id),u=n.online.has(e.id),m=["row",s&&"asks",i&&"selected"].filter(Boolean).join(" ");return c`<li class=${m}>
    <a class="row-main" href=${o} aria-current=${i?"page":void 0}>
      <${R} model=${n} name=${l} picture=${e.avatar} online=${u} />
      <span class="row-text">
        <span class="row-title">${l}${u&&c`<span class="hidden"> (${a("online")})</span>`}</span>
        ${t&&c`<span class="row-note">${t}</span>`}
      </span>
    </a>
    ${r&&c`<span class="row-actions">${r}</span>`}
  </li>`}function Ne({model:n,group:e,note:t,asks:s,href:o=b("groups",e.id),selected:i,children:r}){let l=a(e.size===1?"oneMember":"members",{count:e.size}),u=["row",s&&"asks",i&&"selected"].filter(Boolean).join(" ");return c`<li class=${u}>
    <a class="row-main" href=${o} aria-current=${i?"page":void 0}>
      <${R} model=${n} name=${e.name} picture=${e.picture} kind="group" />
      <span class="row-text">
        <span class="row-title">${e.name}</span>
        <span class="row-note">${t??l}</span>
      </span>
    </a>
    ${r&&c`<span class="row-actions">${r}</span>`}
  </li>`}function S({title:n,back:e,children:t}){return c`<header class="pane-head">
    ${e&&c`<a class="icon-button back" href=${e} aria-label=${a("back")}><${_} name="back" /></a>`}
    <h1>${n}</h1>
    ${t}
  </header>`}var nn=40,ke=10,bi=64,vi=".list-pane, .page, .dialog-body";function ce({items:n,row:e}){let t=A(),[s,o]=g(bi),[i,r]=g({from:0,to:nn}),l=n.length<=nn,u=l?0:Math.max(0,Math.min(i.from,n.length-nn)),m=l?n.length:Math.min(n.length,Math.max(i.to,u+1));M(()=>{if(l)return;let d=t.current.closest(vi),f=()=>{let p=d.getBoundingClientRect().top-t.current.getBoundingClientRect().top,$=Math.floor(p/s/ke)*ke,w=Math.ceil(d.clientHeight/s/ke)*ke,v={from:Math.max(0,$-ke),to:$+w+2*ke};r(k=>k.from===v.from&&k.to===v.to?k:v)};return f(),d.addEventListener("scroll",f,{passive:!0}),addEventListener("resize",f),()=>{d.removeEventListener("scroll",f),removeEventListener("resize",f)}},[l,s]),ee(()=>{let d=t.current.children;if(l||!d.length)return;for(let p=0;p<d.length;p++)d[p].setAttribute("aria-setsize",String(n.length)),d[p].setAttribute("aria-posinset",String(u+p+1));let f=d[0].getBoundingClientRect().height;f&&Math.abs(f-s)>.5&&o(f)});let h={paddingTop:`${u*s}px`,paddingBottom:`${(n.length-m)*s}px`};return c`<ul class="rows" ref=${t} style=${l?{}:h}>
    ${n.slice(u,m).map(e)}
  </ul>`}function ms({model:n,selected:e}){let t=n.lists.get("received"),s=n.lists.get("sent"),o=new Intl.Collator,i=[...n.lists.get("contacts")].sort((r,l)=>o.compare(n.people.name(r.user.id),n.people.name(l.user.id)));return c`
    <${S} title=${a("contacts")}>
      <a class="icon-button" href=${b("contacts","find")} aria-label=${a("findPeople")} title=${a("findPeople")}><${_} name="plus" /></a>
    <//>
    ${t.length>0&&c`<h2 class="list-head">${a("requests")}</h2>`}
    <ul class="rows">
      ${t.map(({user:r,greeting:l})=>c`<${yi} key=${r.id} model=${n} user=${r} greeting=${l} />`)}
    </ul>
    ${s.length>0&&c`<h2 class="list-head">${a("sentRequests")}</h2>`}
    <ul class="rows">
      ${s.map(({user:r})=>c`<${B} key=${r.id} model=${n} person=${r} note=${a("waitingForAnswer")} selected=${e===String(r.id)} />`)}
    </ul>
    ${(t.length>0||s.length>0)&&c`<h2 class="list-head">${a("contacts")}</h2>`}
    ${!i.length&&c`<${G} icon="contacts" text=${a("noContacts")}>
      <a class="button" href=${b("contacts","find")}>${a("findPeople")}</a>
    <//>`}
    <${ce}
      items=${i}
      row=${({user:r})=>c`<${B} key=${r.id} model=${n} person=${r} note=${r.bio} selected=${e===String(r.id)} />`}
    />
  `}function yi({model:n,user:e,greeting:t}){let{api:s,lists:o}=n,i=(u,m)=>n.attempt(async()=>{await u(),o.again("received","contacts")},m),r=()=>i(()=>s.put(`/contacts/${e.id}`),a("accepted",{name:e.name})),l=()=>i(()=>s.delete(`/contact-requests/received/${e.id}`),"");return c`<${B} model=${n} person=${e} note=${t||a("asksYou")} asks>
    <button type="button" class="primary small" onClick=${r}>${a("accept")}</button>
    <button type="button" class="small" onClick=${l}>${a("reject")}</button>
  <//>`}var _i=3e3;function ct({load:n}){let e=A();return M(()=>{let t=0,s=new IntersectionObserver(async([{isIntersecting:o}])=>{if(clearTimeout(t),!o)return;s.unobserve(e.current);let i=await n().then(()=>!0,()=>!1);t=setTimeout(()=>e.current&&s.observe(e.current),i?0:_i)},{scrollMargin:"300px"});return s.observe(e.current),()=>{clearTimeout(t),s.disconnect()}},[]),c`<div ref=${e} class="spinner small" role="status"><span class="hidden">${a("loading")}</span></div>`}var fs="hichat.draft.",lt=class{text="";mentions=new Map;replyTo=null;editing=null;aside=null;constructor(e){this.key=fs+e,this.#e({text:localStorage.getItem(this.key)??""})}#e({text:e="",mentions:t=new Map,replyTo:s=null}){Object.assign(this,{text:e,mentions:t,replyTo:s,editing:null,aside:null})}write(e){this.text=e,this.#t()}reply(e){this.editing&&this.cancel(),this.replyTo=e}edit(e,t=e.text){let{mentions:s,replyTo:o}=this;this.aside??={text:this.text,mentions:s,replyTo:o},Object.assign(this,{text:t,mentions:new Map,replyTo:null,editing:e})}cancel(){this.editing?this.#e(this.aside??{}):this.replyTo=null}done(){this.#e(this.aside??{}),this.#t()}#t(){let{text:e}=this.aside??this;try{e?localStorage.setItem(this.key,e):localStorage.removeItem(this.key)}catch{}}};function $s(){for(let n of Object.keys(localStorage))n.startsWith(fs)&&localStorage.removeItem(n)}var Re=new Set(["message"]),ut=new Set(["edited","recalled","reacted"]),sn=new Set(["joined","left","removed","banned","changed","dissolved"]),gs=new Set(["message"]),ws=new Set(["recalled"]),xe=new Set(["joined"]),Me=new Set(["left","removed","banned"]),bs=new Set(["dissolved"]);var on=50,Le=({user:n,group:e})=>n!==void 0?`user-${n}`:e!==void 0?`group-${e}`:"announcements";function an(n){let[e,t]=n.split("-");return e==="announcements"?{}:{[e]:Number(t)}}var ht=class{listed=!1;gone;touched;asking=!1;wantsFocus=!1;readAtOpening=0;messages=[];changes=[];last=null;fresh=[];buffer=[];others=new Map;typing=new Map;turn;loadingOlder=!1;loadingNewer=!1;constructor(e,t){this.name=e,this.place=an(e),this.title="",this.picture="",this.remark="",this.known=!1,this.counted={to:0,unread:0},this.read=0,this.wrote=0,this.received=0,this.recall={id:0,message:0},this.doubt=0,this.pinned=!1,this.muted=!1,this.loaded=!1,this.loads=0,this.older=!0,this.newer=!1,this.draft=new lt(`${t}.${e}`)}show(e,t){let{title:s,picture:o,last:i,received:r}=e;Object.assign(this,{title:s,picture:o,remark:e.remark??""}),this.pinned=e.pinned??!1,this.muted=e.muted??!1,i&&i.id>=(this.last?.id??0)&&(this.last=i,i.from===t&&(this.wrote=Math.max(this.wrote,i.id))),this.received=Math.max(this.received,r),i&&this.count(i.id,e.unread,e.read)}count(e,t,s){!this.known||e>=this.counted.to&&s>=this.read?(this.known=!0,this.counted={to:e,unread:t},this.fresh=this.fresh.filter(o=>o>e),this.read=Math.max(this.read,s),e>=this.doubt&&(this.doubt=0),this.#s(),this.seen>=e&&this.#a(this.seen)):this.haveRead(s)}get unread(){return this.known?this.counted.unread+this.fresh.length:0}get seen(){return Math.max(this.read,this.wrote)}load(e,t=0){let s=this.turn={};return this.#e(async()=>{let o=`/conversations/${this.name}/messages?limit=${on}`,[i,r]=await Promise.all([e.get(t?`${o}&before=${t+1}`:o),t?e.get(`${o}&after=${t}`):{items:[],more:!1}]),l=[...i.items,...r.items],u=await this.#t(e,i.more?l[0].id:0,r.more?l.at(-1).id:0);s===this.turn&&Object.assign(this,{messages:l,changes:u,older:i.more,newer:r.more,loaded:!0})})}async loadOlder(e){if(!this.loaded||!this.older||this.loadingOlder||!this.messages.length)return!1;this.loadingOlder=!0;let t=this.messages[0].id;try{return await this.#e(async()=>{let s=await e.get(`/conversations/${this.name}/messages?before=${t}&limit=${on}`),o=await this.#t(e,s.more?s.items[0].id:0,t);return this.messages[0]?.id!==t?!1:(this.messages=[...s.items,...this.messages],this.changes=[...o,...this.changes],this.older=s.more,!0)})}finally{this.loadingOlder=!1}}async loadNewer(e){if(!this.loaded||!this.newer||this.loadingNewer)return!1;this.loadingNewer=!0;let t=this.messages.at(-1)?.id??0;try{return await this.#e(async()=>{let s=await e.get(`/conversations/${this.name}/messages?after=${t}&limit=${on}`),o=await this.#t(e,t,s.more?s.items.at(-1).id:0);return(this.messages.at(-1)?.id??0)!==t?!1:(this.messages=[...this.messages,...s.items],this.changes=[...this.changes,...o],this.newer=s.more,!0)})}finally{this.loadingNewer=!1}}async#e(e){this.loads++;try{return await e()}finally{if(this.loads--,!this.loads)for(let t of this.buffer.splice(0))this.#c(t)}}async#t(e,t,s){if(this.place.group===void 0)return[];let o=s?`&before=${s}`:"";return(await e.get(`/groups/${this.place.group}/changes?after=${t}${o}`)).items}hear(e,t){return this.#c(e),this.loads&&this.buffer.push(e),Re.has(e.kind)?(this.typing.delete(e.from),e.id<=(this.last?.id??0)?!1:(this.last=rn(e),e.from===t?(this.wrote=e.id,this.#a(e.id)):e.id>Math.max(this.counted.to,this.read)&&this.fresh.push(e.id),!0)):(this.last&&this.last.id===e.message&&(this.last=vs(this.last,e)),ws.has(e.kind)&&this.#n(e),this.#r(e,t),!1)}#n({id:e,message:t}){this.recall={id:e,message:t},this.fresh=this.fresh.filter(s=>s!==t),this.#s()}#s(){let{id:e,message:t}=this.recall,{to:s,unread:o}=this.counted;o&&t>this.seen&&t<=s&&s<e&&(this.doubt=e)}#r({kind:e,from:t,member:s=t},o){this.others.size&&(xe.has(e)&&s!==o?this.others.set(s,this.others.get(s)??{received:0,read:0}):Me.has(e)&&this.others.delete(s))}haveRead(e){e<=this.read||(this.read=e,this.#a(e))}#a(e){this.fresh=this.fresh.filter(t=>t>e),e>=(this.last?.id??0)?this.counted={to:e,unread:0}:e>=this.counted.to?this.counted.unread=0:this.counted.unread&&(this.doubt=Math.max(this.doubt,e))}stateOf(e){let t=[...this.others.values()],s=t.filter(l=>l.read>=e.id).length,o=t.filter(l=>Math.max(l.received,l.read)>=e.id).length,i=t.length;return{state:i&&s===i?"read":i&&o===i?"delivered":"sent",read:s,all:i}}#c(e){if(!this.loaded)return;if(Re.has(e.kind)){if(this.newer)return;let s=this.messages.at(-1)?.id??0;e.id>s?this.messages=[...this.messages,rn(e)]:!this.messages.some(o=>o.id===e.id)&&e.id>(this.messages[0]?.id??0)&&(this.messages=[...this.messages,rn(e)].sort((o,i)=>o.id-i.id));return}if(!ut.has(e.kind)){this.newer||this.changes.some(o=>o.id===e.id)||(this.changes=[...this.changes,e].sort((o,i)=>o.id-i.id));return}let t=this.messages.findIndex(s=>s.id===e.message);t<0||(this.messages=this.messages.with(t,vs(this.messages[t],e)))}};function rn(n){let{op:e,ref:t,...s}=n;return{media:"text",text:"",...s,reactions:n.reactions??[]}}function vs(n,e){if(n.recalled)return n;switch(e.kind){case"edited":return e.time<(n.edited??0)?n:{...n,text:e.text??"",mentions:e.mentions??[],edited:e.time};case"recalled":return{...n,text:"",url:"",name:"",recalled:!0,reactions:[]};case"reacted":{if(e.recalled)return n;let t=`${e.from} ${tt(e.emoji)}`;if(e.id<(n.reacted?.[t]??0))return n;let s=(n.reactions??[]).map(i=>_e(i.emoji,e.emoji)?{...i,users:i.users.filter(r=>r!==e.from)}:i).filter(i=>i.users.length||_e(i.emoji,e.emoji));if(e.on??!0){let i=s.find(r=>_e(r.emoji,e.emoji));i?i.users=[...i.users,e.from]:s.push({emoji:e.emoji,users:[e.from]})}let o={...n.reacted,[t]:e.id};return{...n,reacted:o,reactions:s.filter(i=>i.users.length)}}default:return n}}function ys({model:n,within:e}){let[t,s]=g(nt().more),[o,i]=g(null),[r,l]=g(""),[u,m]=g(!1),h=e?n.conversation(e).place:{},d=async(p="")=>{t.trim()&&(m(!0),await n.attempt(async()=>{let $=new URLSearchParams({q:t.trim(),limit:"30"});e==="announcements"&&$.set("announcements","true");for(let[v,k]of Object.entries(h))$.set(v,String(k));p&&$.set("cursor",p);let w=await n.api.get(`/search?${$}`);i(p?[...o,...w.items]:w.items),l(w.next??"")}),m(!1))};M(()=>{n.ready&&t&&d()},[n.ready]);let f=p=>{p.preventDefault(),d()};return c`<div class="page">
    <${S} title=${e?a("searchIn",{name:n.titleOf(n.conversation(e))}):a("searchMessages")} back=${e?b("chats",e):b("chats")} />
    <div class="page-body">
      <form class="filter" role="search" onSubmit=${f}>
        <${_} name="search" />
        <input type="search" value=${t} aria-label=${a("searchMessages")} placeholder=${a("searchMessages")} onInput=${p=>s(p.currentTarget.value)} />
        <button class="primary">${a("search")}</button>
      </form>
      ${o&&!o.length&&!u&&c`<${G} icon="search" text=${a("nothingFound")} />`}
      <ul class="rows">
        ${(o??[]).map(p=>c`<${cn} key=${p.message.id} model=${n} found=${p} />`)}
      </ul>
      ${u&&c`<div class="spinner small" role="status"><span class="hidden">${a("loading")}</span></div>`}
      ${r&&!u&&c`<div class="actions center"><button type="button" onClick=${()=>d(r)}>${a("more")}</button></div>`}
    </div>
  </div>`}function cn({model:n,found:{message:e,snippet:t}}){let{from:s,user:o,group:i}=e,r=o===n.state.user?s:o,l=Le(i!==void 0?{group:i}:o!==void 0?{user:r}:{}),u=n.conversation(l);return c`<li class="row">
    <a class="row-main" href=${b("chats",l,e.id)}>
      <${R} model=${n} name=${n.titleOf(u)} picture=${n.pictureOf(u)} kind=${i!==void 0?"group":"person"} />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${n.titleOf(u)}</span>
          <time class="row-time">${K(e.time)}</time>
        </span>
        <span class="row-note wrap">
          ${n.people.name(s)}: ${(t??[]).map(m=>m.match?c`<mark>${m.text}</mark>`:m.text)}
        </span>
      </span>
    </a>
  </li>`}var ki=200;function J(n,e,t){let[s,o]=g(null),i=e.trim();return M(()=>{if(!n.ready)return;let r=!0,l=async()=>{let m=await t(i);r&&o(m)},u=setTimeout(()=>n.attempt(l),ki);return()=>{r=!1,clearTimeout(u)}},[i,n.ready]),s}async function Se(n,e,t){let{items:s}=await n.api.get(`/users?limit=${t}&prefix=${encodeURIComponent(e)}`);for(let o of s)n.people.know(o);return s.filter(o=>o.id!==n.state.user)}var xi=5;function pt({model:n,selected:e}){let[t,s]=g(""),o=J(n,t,h=>h?Ti(n,h):null),i=te(t.trim()),r=n.listed,{begun:l}=n.overview,u=i?Mi(n,r,i):r;M(()=>{i&&l&&n.attempt(()=>n.overview.all())},[!!i,l]);let m=h=>{h.preventDefault(),i&&j("search","",t.trim())};return c`
    <${S} title=${a("chats")}>
      <${D} icon="plus" label=${a("newChat")} onClick=${()=>j("chats","new")} />
    <//>
    <form class="filter" role="search" onSubmit=${m}>
      <${_} name="search" />
      <input
        type="search"
        value=${t}
        placeholder=${a("searchChats")}
        aria-label=${a("searchChats")}
        onInput=${h=>s(h.currentTarget.value)}
      />
    </form>
    ${!l&&c`<div class="spinner" role="status"><span class="hidden">${a("loading")}</span></div>`}
    ${l&&!r.length&&!i&&c`<${G} icon="chats" text=${a("noChats")}>
        <a class="button" href=${b("chats","new")}>${a("findPeople")}</a>
      <//>`}
    <${ce}
      items=${u}
      row=${h=>c`<${Ei} key=${h.name} model=${n} conversation=${h} selected=${h.name===e} />`}
    />
    ${i&&c`<${Si} model=${n} words=${t.trim()} hits=${o} />`}
    ${l&&!n.overview.complete&&c`<${ct} load=${()=>n.overview.more()} />`}
  `}function Mi(n,e,t){let s=e.map(o=>({each:o,title:te(n.titleOf(o))})).filter(({title:o})=>o.includes(t));return[...s.filter(({title:o})=>o===t),...s.filter(({title:o})=>o!==t)].map(({each:o})=>o)}function Si({model:n,words:e,hits:t}){return c`
    <h2 class="list-head">${a("messages")}</h2>
    <ul class="rows">
      ${(t??[]).map(s=>c`<${cn} key=${s.message.id} model=${n} found=${s} />`)}
    </ul>
    ${t&&!t.length?c`<p class="hint">${a("noMessageHas",{words:e})}</p>`:c`<a class="row-link" href=${b("search","",e)}><${_} name="search" />${a("searchMessagesFor",{words:e})}</a>`}
  `}async function Ti(n,e){try{return(await n.api.get(`/search?${new URLSearchParams({q:e,limit:String(xi)})}`)).items}catch(t){if(t.code==="invalid_field")return[];throw t}}function Ei({model:n,conversation:e,selected:t}){let[s,o]=g(null),i=A(),{user:r,group:l}=e.place,u=n.titleOf(e),m=l!==void 0?"group":r===void 0?"announcements":"person",h=e.last?.time,d=f=>{f.preventDefault(),o(i.current.offsetParent?i.current:f.currentTarget)};return c`<li class=${t?"row selected":"row"} onContextMenu=${d}>
    <a class="row-main" href=${b("chats",e.name)} aria-current=${t?"page":void 0}>
      <${R}
        model=${n}
        name=${u}
        kind=${m}
        picture=${n.pictureOf(e)}
        online=${r!==void 0&&n.online.has(r)}
      />
      <span class="row-text">
        <span class="row-line">
          <span class="row-title">${u}</span>
          ${e.muted&&c`<${_s} icon="mute" text=${a("muted")} />`}
          ${e.pinned&&c`<${_s} icon="pin" text=${a("pinned")} />`}
          ${h&&c`<time class="row-time" datetime=${new Date(h).toISOString()}>${Yn(h,n.now())}</time>`}
        </span>
        <span class="row-line">
          <span class="row-note"><${Oi} model=${n} conversation=${e} /></span>
          ${e.unread>0&&c`<span class=${e.muted?"badge quiet":"badge"}>
              ${e.unread>99?"99+":e.unread}<span class="hidden"> ${a("unread")}</span>
            </span>`}
        </span>
      </span>
    </a>
    <button
      type="button"
      ref=${i}
      class="icon-button row-more"
      aria-label=${a("moreAbout",{name:u})}
      aria-haspopup="dialog"
      aria-expanded=${!!s}
      onClick=${d}
    >
      <${_} name="more" />
    </button>
    ${s&&c`<${V} anchor=${s} label=${u} close=${()=>o(null)} items=${at(n,e)} />`}
  </li>`}function _s({icon:n,text:e}){return c`<span class="row-sign" title=${e}><${_} name=${n} /><span class="hidden">${e}</span></span>`}function Oi({model:n,conversation:e}){let{draft:t,last:s,typing:o,place:i}=e;if(o.size)return c`<span class="accent">${a("typing")}</span>`;if(t.text&&!t.editing)return c`<span class="accent">${a("draft")}</span> ${t.text.slice(0,100)}`;let r=n.pendingOf(e.name).at(-1),l=r?{...r.frame,from:n.state.user}:s;if(!l)return i.group!==void 0?a("noMessages"):"";let u=l.from===n.state.user?a("you"):i.user===void 0?n.people.name(l.from):"";return`${u?`${u}: `:""}${n.describe(l).slice(0,120)}`}function ks({model:n}){let[e,t]=g(""),s=J(n,e,o=>Se(n,o,50));return c`<div class="page">
    <${S} title=${a("findPeople")} back=${b("contacts")} />
    <div class="page-body">
      <${P} label=${a("nameBegins")} type="search" value=${e} change=${t} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${G} icon="search" text=${a("nobodyFound")} />`}
      <ul class="rows">
        ${(s??[]).map(o=>c`<${B} key=${o.id} model=${n} person=${o} note=${o.bio}>
              <button type="button" class="small" onClick=${()=>j("chats",`user-${o.id}`)}>${a("message")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}var dt=256;function mt({model:n,name:e,kind:t="person",value:s,change:o}){let i=A(),[r,l]=g(!1);return c`<div class="picture-field">
    <${R} model=${n} name=${e} picture=${s} kind=${t} size="large" />
    <input ref=${i} type="file" hidden accept="image/*" onChange=${async m=>{let h=m.currentTarget.files[0];m.currentTarget.value="",h&&(l(!0),await n.attempt(async()=>o(await n.media.storeOpen(await Pi(h)))),l(!1))}} />
    <div class="actions">
      <button type="button" disabled=${r} onClick=${()=>i.current.click()}>${a("choosePicture")}</button>
      ${s&&c`<button type="button" onClick=${()=>o("")}>${a("noPicture")}</button>`}
    </div>
  </div>`}async function Pi(n){let e=await createImageBitmap(n).catch(()=>{throw new Error(a("notAPicture"))}),t=Math.min(e.width,e.height),s=Object.assign(document.createElement("canvas"),{width:dt,height:dt}),[o,i]=[(e.width-t)/2,(e.height-t)/2];s.getContext("2d")?.drawImage(e,o,i,t,t,0,0,dt,dt);let r=await new Promise(l=>s.toBlob(l,"image/png"));return new File([r],"picture.png",{type:"image/png"})}var ln=()=>({open:a("policyOpen"),approval:a("policyApproval"),invite:a("policyInvite")});function ft({model:n,given:e,change:t,action:s,then:o}){let i=l=>u=>t({...e,[l]:u});return c`<form class="form" onSubmit=${l=>{l.preventDefault(),o()}}>
    <${mt} model=${n} name=${e.name} kind="group" value=${e.picture} change=${i("picture")} />
    <${P} label=${a("groupName")} value=${e.name} change=${i("name")} required maxlength="64" autocomplete="off" />
    <${P} label=${a("description")} value=${e.description} change=${i("description")} rows="3" maxlength="1024" />
    <${ve} label=${a("whoMayJoin")} options=${ln()} value=${e.joinPolicy} change=${i("joinPolicy")} />
    <div class="actions"><button class="primary">${s}</button></div>
  </form>`}function xs({model:n,group:e,close:t}){let[s,o]=g(""),[i,r]=g(new Set),l=()=>n.lists.get("contacts").map(({user:f})=>f),u=J(n,s,f=>f?Se(n,f,20):l()),m=new Set(n.members.get(e.id).map(f=>f.id)),h=f=>n.attempt(async()=>{await n.api.put(`/groups/${e.id}/invitations/${f.id}`),r(new Set([...i,f.id]))},a("invitedDone",{name:f.name})),d=(u??l()).filter(f=>!m.has(f.id));return c`<${H} title=${a("invite")} close=${t}>
    <${P} label=${a("nameBegins")} type="search" value=${s} change=${o} maxlength="64" autocomplete="off" />
    ${!d.length&&c`<p class="hint">${a("nobodyFound")}</p>`}
    <ul class="rows">
      ${d.map(f=>c`<${B} key=${f.id} model=${n} person=${f}>
            <button type="button" class="small" disabled=${i.has(f.id)} onClick=${()=>h(f)}>${a("invite")}</button>
          <//>`)}
    </ul>
  <//>`}var Ci=168*36e5;function Ms({model:n,group:e,close:t}){let[s,o]=g(null),i=`/groups/${e.id}/links`,r=async()=>o((await n.api.get(i)).items),l=h=>n.attempt(async()=>{await h(),await r()});M(()=>{l(()=>{})},[]);let u=h=>`${location.origin}${q}/${b("join",h.code)}`,m=h=>n.attempt(()=>navigator.clipboard.writeText(u(h)),a("copied"));return c`<${H} title=${a("inviteLinks")} close=${t}>
    <p class="dim">${a("inviteLinksHint")}</p>
    <ul class="links">
      ${(s??[]).map(h=>c`<li key=${h.id}>
            <input readonly value=${u(h)} aria-label=${a("inviteLink")} onFocus=${d=>d.currentTarget.select()} />
            <${D} icon="copy" label=${a("copy")} onClick=${()=>m(h)} />
            <${D} icon="recall" label=${a("revoke")} onClick=${()=>l(()=>n.api.delete(`${i}/${h.id}`))} />
            <small>${[a("used",{count:h.uses}),h.expires&&a("until",{time:K(h.expires)})].filter(Boolean).join(" · ")}</small>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" class="primary" onClick=${()=>l(()=>n.api.post(i,{expires:n.now()+Ci}))}>${a("newLink")}</button>
    </div>
  <//>`}function Ss({model:n,group:e}){let[t,s]=g({requests:[],invitations:[],bans:[]}),{api:o}=n,i=ie(0),r=async()=>{let p=++i.current,$=await Promise.all(["requests","invitations","bans"].map(w=>o.all(`/groups/${e.id}/${w}`)));for(let w of $.flat())n.people.know({gender:"",bio:"",deleted:!1,...w});p===i.current&&s({requests:$[0],invitations:$[1],bans:$[2]})};M(()=>{r().catch(()=>{})},[e]);let l=p=>n.attempt(async()=>{await p(),await r()}),u=`/groups/${e.id}`,m={requests:p=>c`
      <button type="button" class="primary small" onClick=${()=>l(()=>o.put(`${u}/members/${p.id}`))}>${a("approve")}</button>
      <button type="button" class="small" onClick=${()=>l(()=>o.delete(`${u}/requests/${p.id}`))}>${a("reject")}</button>
    `,invitations:p=>c`
      <button type="button" class="small" onClick=${()=>l(()=>o.delete(`${u}/invitations/${p.id}`))}>${a("takeBack")}</button>
    `,bans:p=>c`
      <button type="button" class="small" onClick=${()=>l(()=>o.delete(`${u}/bans/${p.id}`))}>${a("unban")}</button>
    `},h=new Set(n.members.get(e.id).map(({id:p})=>p)),d={requests:"requests",invitations:"invited",bans:"banned"};return Object.entries(t).map(([p,$])=>({name:p,people:$.filter(({id:w})=>!h.has(w))})).map(({name:p,people:$})=>$.length>0&&c`<h2 class="list-head" key=${p}>${a(d[p])}</h2>
        <ul class="rows">
          ${$.map(w=>c`<${B} key=${w.id} model=${n} person=${w}>${m[p](w)}<//>`)}
        </ul>`)}var Ts={owner:0,admin:1,member:2},Ai=36e5;function Es({model:n,group:e}){let t=n.members.get(e.id).sort((s,o)=>Ts[s.role]-Ts[o.role]);return c`
    <h2 class="list-head">${a("membersTitle")}</h2>
    <${ce}
      items=${t}
      row=${s=>c`<${Ii} key=${s.id} model=${n} group=${e} member=${s} />`}
    />
    ${!n.members.isComplete(e.id)&&c`<${ct} load=${()=>n.members.more(e.id)} />`}
  `}function Ii({model:n,group:e,member:t}){let[s,o]=g(null),[i,r]=g(""),l=A(),u=e.you.role,m=n.lasts(t.muted),d=(u==="owner"||u==="admin"&&t.role==="member")&&t.id!==n.state.user,f=`/groups/${e.id}/members/${t.id}`,p=O=>n.attempt(async()=>{await O(),await n.groups.refresh(e.id)}),$=O=>p(()=>n.api.put(`${f}/role`,{role:O})),w=[u==="owner"&&t.role==="member"&&{icon:"person",text:a("makeAdmin"),act:()=>$("admin")},u==="owner"&&t.role==="admin"&&{icon:"person",text:a("makeMember"),act:()=>$("member")},u==="owner"&&{icon:"person",text:a("makeOwner"),act:()=>r("makeOwner")},m?{icon:"bell",text:a("unmuteMember"),act:()=>p(()=>n.api.delete(`${f}/mute`))}:{icon:"mute",text:a("muteHour"),act:()=>p(()=>n.api.put(`${f}/mute`,{until:n.now()+Ai}))},!m&&{icon:"mute",text:a("muteMember"),act:()=>p(()=>n.api.put(`${f}/mute`,{}))},{icon:"leave",text:a("removeMember"),act:()=>r("removeMember"),danger:!0},{icon:"block",text:a("ban"),act:()=>r("ban"),danger:!0}],v={makeOwner:()=>$("owner"),removeMember:()=>p(()=>n.api.delete(f)),ban:()=>p(()=>n.api.put(`/groups/${e.id}/bans/${t.id}`))},k=[t.role!=="member"&&a(t.role),m&&a("muted")].filter(Boolean).join(" · "),x=n.people.name(t.id);return c`<${B} model=${n} person=${t} note=${k}>
    ${d&&c`<button
        type="button"
        ref=${l}
        class="icon-button"
        aria-label=${a("moreAbout",{name:x})}
        onClick=${()=>o(l.current)}
      >
        <${_} name="more" />
      </button>`}
    ${s&&c`<${V} anchor=${s} label=${x} close=${()=>o(null)} items=${w} />`}
    ${i&&c`<${Y} title=${a(i)} text=${a(`${i}Question`,{name:x})} action=${a(i)} close=${()=>r("")} then=${v[i]} />`}
  <//>`}function F({icon:n,text:e,kind:t="",act:s}){return c`<button type="button" class=${t||void 0} onClick=${s}><${_} name=${n} />${e}</button>`}function Os({model:n,id:e}){let[t,s]=g(""),{api:o,lists:i}=n,r=n.groups.get(e),l=r?.you.role;if(M(()=>{n.ready&&r&&!r.gone&&n.groups.refresh(e),n.ready&&l&&n.members.load(e).catch(()=>{})},[e,l,n.ready]),!r)return c`<div class="page"><${S} title=${a("group")} back=${b("groups")} /></div>`;if(r.gone)return c`<div class="page">
      <${S} title=${r.name||a("group")} back=${b("groups")} />
      <p class="hint">${a(r.gone)}</p>
    </div>`;let u=(w,v="")=>n.attempt(async()=>{await w(),i.again("groups","invitations","asked"),await n.groups.refresh(e)},v),m=()=>s(""),h=()=>j("chats",`group-${e}`),d=()=>u(async()=>{if(!(await n.groups.change(()=>o.post(`/groups/${e}/join`))).you.role){n.toast(a("requestSent"));return}Object.assign(n.conversation(`group-${e}`),{gone:!1,listed:!0,touched:n.now()}),h()}),f=w=>n.attempt(async()=>{await w(),i.again("groups"),j("groups")}),p=l==="owner"||l==="admin",$=n.lasts(r.muted);return c`<div class="page">
    <${S} title=${a("group")} back=${b("groups")} />
    <div class="page-body">
      <div class="portrait">
        <${R} model=${n} name=${r.name} picture=${r.picture} kind="group" size="large" />
        <h2>${r.name}</h2>
        <p class="dim">${a(r.size===1?"oneMember":"members",{count:r.size})} · ${ln()[r.joinPolicy]}</p>
        ${r.description&&c`<p class="bio"><${$e} text=${r.description} /></p>`}
      </div>
      <div class="tiles">
        ${l&&c`<${F} icon="chats" text=${a("message")} kind="primary" act=${h} />`}
        ${l&&c`<${F} icon="invite" text=${a("invite")} act=${()=>s("invite")} />`}
        ${p&&c`<${F} icon="link" text=${a("inviteLinks")} act=${()=>s("links")} />`}
        ${p&&c`<${F} icon="edit" text=${a("edit")} act=${()=>s("edit")} />`}
        ${p&&c`<${F} icon=${$?"bell":"mute"} text=${a($?"unmuteGroup":"muteGroup")}
            act=${()=>u(()=>$?o.delete(`/groups/${e}/mute`):o.put(`/groups/${e}/mute`,{}))} />`}
        ${l&&l!=="owner"&&c`<${F} icon="leave" text=${a("leave")} kind="danger-text" act=${()=>s("leave")} />`}
        ${l==="owner"&&c`<${F} icon="recall" text=${a("dissolve")} kind="danger-text" act=${()=>s("dissolve")} />`}
      </div>
      ${!l&&c`<div class="actions center">
          ${r.you.requested&&c`<button type="button" onClick=${()=>u(()=>o.delete(`/groups/${e}/requests/${n.state.user}`))}>${a("takeBack")}</button>`}
          ${!r.you.requested&&(r.joinPolicy!=="invite"||r.you.invitedBy)&&c`<button type="button" class="primary" onClick=${d}>${a(r.joinPolicy==="approval"&&!r.you.invitedBy?"askToJoin":"join")}</button>`}
        </div>`}
      ${p&&c`<${Ss} model=${n} group=${r} />`}
      ${l&&c`<${Es} model=${n} group=${r} />`}
    </div>
    ${t==="edit"&&c`<${Ni} model=${n} group=${r} close=${m} act=${u} />`}
    ${t==="invite"&&c`<${xs} model=${n} group=${r} close=${m} />`}
    ${t==="links"&&c`<${Ms} model=${n} group=${r} close=${m} />`}
    ${t==="leave"&&c`<${Y} title=${a("leave")} text=${a("leaveQuestion",{name:r.name})} action=${a("leave")} close=${m}
        then=${()=>f(()=>o.post(`/groups/${e}/leave`))} />`}
    ${t==="dissolve"&&c`<${Y} title=${a("dissolve")} text=${a("dissolveQuestion",{name:r.name})} action=${a("dissolve")} close=${m}
        then=${()=>f(()=>o.delete(`/groups/${e}`))} />`}
  </div>`}function Ni({model:n,group:e,close:t,act:s}){let{name:o,description:i,picture:r,joinPolicy:l}=e,[u,m]=g({name:o,description:i,picture:r,joinPolicy:l}),h=async()=>{await s(()=>n.api.patch(`/groups/${e.id}`,u),a("saved"))&&t()};return c`<${H} title=${a("editGroup")} close=${t}>
    <${ft} model=${n} given=${u} change=${m} action=${a("save")} then=${h} />
  <//>`}function un({model:n,selected:e}){let{api:t,lists:s}=n,o=s.get("groups"),i=s.get("invitations"),r=s.get("asked"),l=d=>n.attempt(async()=>{await d(),s.again("groups","invitations","asked")}),u=d=>l(async()=>{await n.groups.change(()=>t.post(`/groups/${d.id}/join`)),j("chats",`group-${d.id}`)}),m=d=>l(()=>t.delete(`/groups/${d.id}/invitations/${n.state.user}`)),h=(d,f)=>c`<${Ne} key=${d.id} model=${n} group=${d} selected=${e===String(d.id)} ...${f} />`;return c`
    <${S} title=${a("groups")}>
      <a class="icon-button" href=${b("groups","find")} aria-label=${a("findGroups")} title=${a("findGroups")}><${_} name="search" /></a>
      <a class="icon-button" href=${b("groups","new")} aria-label=${a("newGroup")} title=${a("newGroup")}><${_} name="plus" /></a>
    <//>
    ${i.length>0&&c`<h2 class="list-head">${a("invitations")}</h2>`}
    <ul class="rows">
      ${i.map(d=>c`<${Ne} key=${d.id} model=${n} group=${d} note=${a("invitedBy",{name:n.people.name(d.you.invitedBy)})} asks>
            <button type="button" class="primary small" onClick=${()=>u(d)}>${a("join")}</button>
            <button type="button" class="small" onClick=${()=>m(d)}>${a("decline")}</button>
          <//>`)}
    </ul>
    ${r.length>0&&c`<h2 class="list-head">${a("asked")}</h2>`}
    <ul class="rows">${r.map(d=>h(d,{note:a("waitingForAnswer")}))}</ul>
    ${(i.length>0||r.length>0)&&c`<h2 class="list-head">${a("groups")}</h2>`}
    ${!o.length&&c`<${G} icon="groups" text=${a("noGroups")}>
        <a class="button" href=${b("groups","find")}>${a("findGroups")}</a>
        <a class="button" href=${b("groups","new")}>${a("newGroup")}</a>
      <//>`}
    <${ce} items=${o} row=${d=>h(d,{})} />
  `}function Ps({model:n}){let[e,t]=g(""),s=J(n,e,o=>n.groups.ask(async()=>{let{items:i}=await n.api.get(`/groups?limit=50${o&&`&name=${encodeURIComponent(o)}`}`);return i}));return c`<div class="page">
    <${S} title=${a("findGroups")} back=${b("groups")} />
    <div class="page-body">
      <${P} label=${a("groupName")} type="search" value=${e} change=${t} maxlength="64" autocomplete="off" />
      ${s&&!s.length&&c`<${G} icon="search" text=${a("nothingFound")} />`}
      <ul class="rows">
        ${(s??[]).map(o=>c`<${Ne} key=${o.id} model=${n} group=${o} />`)}
      </ul>
    </div>
  </div>`}function Cs({model:n,code:e}){let[t,s]=g(e),o=i=>{i.preventDefault(),n.attempt(async()=>{let r=await n.groups.change(()=>n.api.post("/me/groups",{code:t.trim()}));n.lists.again("groups","invitations");let l=n.conversation(`group-${r.id}`);Object.assign(l,{gone:!1,listed:!0,touched:n.now()}),j("chats",l.name)})};return c`<div class="page">
    <${S} title=${a("joinByLink")} back=${b("groups")} />
    <div class="page-body">
      <form class="form" onSubmit=${o}>
        <p>${a("joinByLinkHint")}</p>
        <${P} label=${a("inviteCode")} value=${t} change=${s} required maxlength="64" autocomplete="off" />
        <div class="actions"><button class="primary">${a("join")}</button></div>
      </form>
    </div>
  </div>`}function As({model:n}){let[e,t]=g(""),s=J(n,e,m=>Se(n,m,50)),o=te(e.trim()),i=n.lists.get("contacts").map(({user:m})=>m),r=i.filter(({id:m})=>te(n.people.name(m)).includes(o)),l=(s??[]).filter(({id:m})=>!i.some(h=>h.id===m)),u=m=>c`<ul class="rows">
      ${m.map(h=>c`<${B} key=${h.id} model=${n} person=${h} note=${h.bio} href=${b("chats",`user-${h.id}`)} />`)}
    </ul>`;return c`<div class="page">
    <${S} title=${a("newChat")} back=${b("chats")} />
    <div class="page-body">
      <${P} label=${a("nameBegins")} type="search" value=${e} change=${t} maxlength="64" autocomplete="off" />
      ${r.length>0&&c`<h2 class="list-head">${a("contacts")}</h2>${u(r)}`}
      ${r.length>0&&l.length>0&&c`<h2 class="list-head">${a("otherPeople")}</h2>`}
      ${u(l)}
      ${s&&!r.length&&!l.length&&c`<${G} icon="search" text=${a("nobodyFound")} />`}
    </div>
  </div>`}function Is({model:n}){let[e,t]=g({name:"",description:"",picture:"",joinPolicy:"open"}),s=()=>n.attempt(async()=>{let o=await n.groups.change(()=>n.api.post("/groups",e));n.lists.again("groups");let i=n.conversation(`group-${o.id}`);Object.assign(i,{gone:!1,listed:!0,touched:n.now()}),j("chats",i.name)});return c`<div class="page">
    <${S} title=${a("newGroup")} back=${b("groups")} />
    <div class="page-body">
      <${ft} model=${n} given=${e} change=${t} action=${a("makeGroup")} then=${s} />
    </div>
  </div>`}function Rs({model:n,id:e}){let[t,s]=g(""),{api:o,lists:i}=n,r=n.people.get(e);if(M(()=>{n.ready&&o.get(`/users/${e}`).then($=>n.people.know($)).then(n.changed,()=>{})},[e,n.ready]),!r)return c`<div class="page"><${S} title="" back=${b("contacts")} /></div>`;let l=n.people.name(e),u=e===n.state.user,h=Object.fromEntries(["contacts","received","sent","blocks"].map($=>[$,i.has($,e)])),d=i.get("received").find(({user:$})=>$.id===e)?.greeting,f=($,w="")=>n.attempt(async()=>{await $(),i.again("contacts","received","sent","blocks")},w),p=()=>s("");return c`<div class="page">
    <${S} title=${a("profile")} back=${b("contacts")} />
    <div class="page-body">
      <div class="portrait">
        <${R} model=${n} name=${l} picture=${r.avatar} online=${n.online.has(e)} size="large" />
        <h2>${l}</h2>
        ${l!==r.name&&r.name&&c`<p class="dim">${r.name}</p>`}
        ${r.gender&&c`<p class="dim">${r.gender}</p>`}
        ${r.bio&&c`<p class="bio"><${$e} text=${r.bio} /></p>`}
        ${d&&c`<p class="greeting">${d}</p>`}
      </div>
      ${u?c`<div class="actions center"><a class="button" href=${b("settings","profile")}>${a("editProfile")}</a></div>`:!r.deleted&&c`<div class="tiles">
              <${F} icon="chats" text=${a("message")} kind="primary" act=${()=>j("chats",`user-${e}`)} />
              ${h.received&&c`<${F} icon="check" text=${a("accept")} act=${()=>f(()=>o.put(`/contacts/${e}`),a("accepted",{name:l}))} />`}
              ${h.received&&c`<${F} icon="close" text=${a("reject")} act=${()=>f(()=>o.delete(`/contact-requests/received/${e}`))} />`}
              ${h.sent&&c`<${F} icon="close" text=${a("takeBack")} act=${()=>f(()=>o.delete(`/contact-requests/sent/${e}`))} />`}
              ${!h.contacts&&!h.received&&!h.sent&&!h.blocks&&c`<${F} icon="invite" text=${a("addContact")} act=${()=>s("ask")} />`}
              ${h.contacts&&c`<${F} icon="edit" text=${a("setRemark")} act=${()=>s("remark")} />`}
              ${h.contacts&&c`<${F} icon="leave" text=${a("removeContact")} kind="danger-text" act=${()=>s("remove")} />`}
              ${h.blocks?c`<${F} icon="check" text=${a("unblock")} act=${()=>f(()=>o.delete(`/blocks/${e}`))} />`:c`<${F} icon="block" text=${a("block")} kind="danger-text" act=${()=>s("block")} />`}
            </div>`}
    </div>
    ${t==="ask"&&c`<${Ns} title=${a("addContact")} label=${a("greeting")} action=${a("sendRequest")} limit="255" close=${p}
        then=${$=>f(()=>o.put(`/contact-requests/sent/${e}`,$?{greeting:$}:{}),a("requestSent"))} />`}
    ${t==="remark"&&c`<${Ns} title=${a("setRemark")} label=${a("remark")} action=${a("save")} limit="64" close=${p}
        first=${n.people.remarks.get(e)??""} then=${$=>f(()=>o.patch(`/contacts/${e}`,{remark:$}))} />`}
    ${t==="remove"&&c`<${Y} title=${a("removeContact")} text=${a("removeContactQuestion",{name:l})} action=${a("removeContact")}
        close=${p} then=${()=>f(()=>o.delete(`/contacts/${e}`))} />`}
    ${t==="block"&&c`<${Y} title=${a("block")} text=${a("blockQuestion",{name:l})} action=${a("block")}
        close=${p} then=${()=>f(()=>o.put(`/blocks/${e}`))} />`}
  </div>`}function Ns({title:n,label:e,action:t,limit:s,first:o="",close:i,then:r,...l}){let[u,m]=g(o);return c`<${H} title=${n} close=${i}>
    <form onSubmit=${d=>{d.preventDefault(),i(),r(u.trim())}}>
      <${P} label=${e} value=${u} change=${m} maxlength=${s} autocomplete="off" ...${l} />
      <div class="actions">
        <button type="button" onClick=${i}>${a("cancel")}</button>
        <button class="primary">${t}</button>
      </div>
    </form>
  <//>`}var Ri=[["profile","person"],["account","lock"],["devices","device"],["appearance","look"],["blocked","block"]];function Ls({model:n,selected:e}){let t=async()=>{await n.attempt(()=>n.link.ask("logOut"))&&(location.hash="")};return c`
    <${S} title=${a("settings")} />
    ${n.me&&c`<div class="portrait small">
        <${R} model=${n} name=${n.me.name} picture=${n.me.avatar} size="large" />
        <h2>${n.me.name}</h2>
      </div>`}
    <ul class="rows">
      ${Ri.map(([s,o])=>c`<li key=${s} class=${e===s?"row selected":"row"}>
            <a class="row-main setting" href=${b("settings",s)} aria-current=${e===s?"page":void 0}>
              <${_} name=${o} />${a(s)}
            </a>
          </li>`)}
      <li class="row">
        <a class="row-main setting" href=${b("chats","announcements")}><${_} name="megaphone" />${a("announcements")}</a>
      </li>
      <li class="row">
        <button type="button" class="row-main setting danger-text" onClick=${t}><${_} name="leave" />${a("logOut")}</button>
      </li>
    </ul>
  `}function Ds({model:n}){let[e,t]=g(""),[s,o]=g(""),[i,r]=g(""),[l,u]=g(!1),m=async h=>{h.preventDefault(),r("");let d=f=>Ke(f)&&(r(Q(f)),!0);await n.attempt(()=>n.link.ask("changePassword",e,s,z()),a("passwordChanged"),d)&&(t(""),o(""))};return c`<div class="page">
    <${S} title=${a("account")} back=${b("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${m}>
        <h2>${a("changePassword")}</h2>
        <p class="dim">${a("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${n.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${be} label=${a("oldPassword")} value=${e} change=${t} required autocomplete="current-password" />
        <${Ve} label=${a("newPassword")} problem=${i} value=${s} change=${o} />
        <div class="actions"><button class="primary">${a("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${a("deleteAccount")}</h2>
        <p class="dim">${a("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${a("deleteAccount")}</button></div>
      </div>
    </div>
    ${l&&c`<${Li} model=${n} close=${()=>u(!1)} />`}
  </div>`}function Li({model:n,close:e}){let[t,s]=g(""),o=async i=>{i.preventDefault(),await n.attempt(()=>n.api.post("/me/deletion",{password:t}))&&(e(),location.hash="",await n.link.ask("forget"))};return c`<${H} title=${a("deleteAccount")} close=${e}>
    <form onSubmit=${o}>
      <p>${a("deleteAccountQuestion")}</p>
      <${be} label=${a("password")} value=${t} change=${s} required autocomplete="current-password" />
      <div class="actions">
        <button type="button" onClick=${e}>${a("cancel")}</button>
        <button class="danger">${a("deleteAccount")}</button>
      </div>
    </form>
  <//>`}var js="hichat.theme",hn=()=>localStorage.getItem(js)??"auto";function Di(n){let e=document.querySelectorAll("meta[name=theme-color]");["light","dark"].forEach((t,s)=>{let o={auto:`(prefers-color-scheme: ${t})`,[t]:"all"};e[s].media=o[n]??"not all"})}function $t(n=hn()){localStorage.setItem(js,n),n==="auto"?delete document.documentElement.dataset.theme:document.documentElement.dataset.theme=n,Di(n)}var pn=()=>"Notification"in self,dn=()=>pn()&&Notification.permission==="granted",gt=class{back=0;counts=new Map;waiting=new Map;constructor(e){this.model=e}forget(){this.back=0,this.counts=new Map,this.waiting=new Map}begin(){this.calls=!this.model.link.shared||!navigator.locks,!this.calls&&navigator.locks.request("hichat-notices",()=>(this.calls=!0,new Promise(()=>{})))}connected(e){this.back=e}looked(){this.counts.clear(),this.waiting.clear()}heard(e,t){this.model.state.visible||e.time<this.back-18e4||(this.counts.set(t,(this.counts.get(t)??0)+1),this.waiting.size||setTimeout(()=>this.#e(),400),this.waiting.set(t,e))}#e(){let e=[...this.waiting];if(this.waiting.clear(),!!this.calls)for(let[t,s]of e){let o=this.model.conversation(t);if(o.muted)continue;let i=this.model.people.name(s.from),r=this.model.titleOf(o),l=this.counts.get(t)??0,u=(i===r?i:`${i} · ${r}`)+(l>1?` (${l})`:"");ji(t,u,this.model.describe(s))}}};function ji(n,e,t){if(!(!dn()||localStorage.getItem("hichat.notices")==="off"))try{let s={body:t.slice(0,200),tag:`hichat-${n}`,renotify:!0},o=new Notification(e,s);o.onclick=()=>{focus(),location.hash=`#/chats/${n}`,o.close()}}catch{}}var Fs="hichat.notices";function Hs({model:n}){let[e,t]=g(dn()&&localStorage.getItem(Fs)!=="off"?"on":"off"),s=r=>{$t(r),n.changed()},o=r=>{Qe(r),n.changed()},i=async r=>{if(r==="on"&&await Notification.requestPermission()!=="granted"){n.toast(a("noticesRefused"),"problem");return}localStorage.setItem(Fs,r),t(r)};return c`<div class="page">
    <${S} title=${a("appearance")} back=${b("settings")} />
    <div class="page-body form">
      <${ve} label=${a("theme")} options=${{auto:a("themeAuto"),light:a("themeLight"),dark:a("themeDark")}} value=${hn()} change=${s} />
      <${ve} label=${a("language")} options=${Ye} value=${z()} change=${o} />
      ${pn()&&c`<${ve} label=${a("notices")} options=${{on:a("on"),off:a("off")}} value=${e} change=${i} />`}
    </div>
  </div>`}function Gs({model:n}){let e=n.lists.get("blocks"),t=s=>n.attempt(async()=>{await n.api.delete(`/blocks/${s.id}`),n.lists.again("blocks")});return c`<div class="page">
    <${S} title=${a("blocked")} back=${b("settings")} />
    <div class="page-body">
      ${!e.length&&c`<${G} icon="block" text=${a("nobodyBlocked")} />`}
      <ul class="rows">
        ${e.map(({user:s})=>c`<${B} key=${s.id} model=${n} person=${s}>
              <button type="button" class="small" onClick=${()=>t(s)}>${a("unblock")}</button>
            <//>`)}
      </ul>
    </div>
  </div>`}function Us({model:n}){let[e,t]=g(null),s=n.lists.get("devices"),o=()=>n.attempt(async()=>{await n.api.delete(`/devices/${e.id}`),await n.lists.load("devices")});return c`<div class="page">
    <${S} title=${a("devices")} back=${b("settings")} />
    <div class="page-body">
      <p class="dim">${a("devicesHint")}</p>
      <ul class="rows">
        ${s.map(i=>c`<li class="row" key=${i.id}>
              <span class="row-main">
                <span class="file-sign"><${_} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${Bs(i)}</span>
                  <span class="row-note wrap">${Fi(i)}</span>
                </span>
              </span>
              ${!i.current&&c`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>t(i)}>${a("revoke")}</button>
                </span>`}
            </li>`)}
      </ul>
    </div>
    ${e&&c`<${Y} title=${a("revoke")} text=${a("revokeQuestion",{name:Bs(e)})} action=${a("revoke")} close=${()=>t(null)} then=${o} />`}
  </div>`}var Bs=n=>n.dialect==="v1"?`${a("v1Device")} (${n.name})`:n.name;function Fi(n){return n.current?a("thisDevice"):n.loggedIn?[n.used&&K(n.used),n.address].filter(Boolean).join(" · "):a("loggedOut")}function qs({model:n}){return n.me?c`<div class="page">
    <${S} title=${a("profile")} back=${b("settings")} />
    <div class="page-body"><${Hi} model=${n} /></div>
  </div>`:null}function Hi({model:n}){let[e,t]=g(n.me),s=r=>l=>t({...e,[r]:l}),o=r=>{r.preventDefault();let u=Object.fromEntries(["name","gender","bio","phone","email"].filter(m=>e[m]!==n.me[m]).map(m=>[m,e[m]]));n.attempt(async()=>{n.me=await n.api.patch("/me",u),n.people.know(n.me),t(n.me)},a("saved"))},i=r=>n.attempt(async()=>{n.me=await n.api.patch("/me",{avatar:r}),n.people.know(n.me),t(l=>({...l,avatar:n.me.avatar}))},a("saved"));return c`<form class="form" onSubmit=${o}>
    <${mt} model=${n} name=${e.name} value=${e.avatar} change=${i} />
    <${P} label=${a("name")} value=${e.name} change=${s("name")} required maxlength="64" autocomplete="username" />
    <${P} label=${a("bio")} value=${e.bio} change=${s("bio")} rows="3" maxlength="1024" />
    <${P} label=${a("gender")} value=${e.gender} change=${s("gender")} maxlength="16" autocomplete="off" />
    <h2>${a("onlyYouSee")}</h2>
    <${P} label=${a("phone")} value=${e.phone} change=${s("phone")} type="tel" maxlength="32" autocomplete="tel" />
    <${P} label=${a("email")} value=${e.email} change=${s("email")} type="email" maxlength="254" autocomplete="email" />
    <div class="actions"><button class="primary">${a("save")}</button></div>
  </form>`}var Gi={profile:qs,account:Ds,devices:Us,appearance:Hs,blocked:Gs};function zs({model:n}){let e=nt(),t=qi(n,e);return M(()=>{e.section!=="chats"&&n.watch(null)},[e.section]),c`<div class=${t?"home with-detail":"home"}>
    <${zi} model=${n} section=${e.section} />
    <section class="pane list-pane" aria-label=${a(Bi(e.section))}>
      ${Ui(n,e)}
    </section>
    <main class="pane detail-pane">
      ${t||c`<div class="empty"><span class="logo" aria-hidden="true"></span>${Ws(e.section)==="chats"&&c`<p>${a("chooseSomething")}</p>`}</div>`}
    </main>
    <${Yi} model=${n} />
  </div>`}var Ws=n=>({search:"chats",join:"groups"})[n]??n,Bi=n=>n in Ys?n:"chats",Ys={chats:pt,search:pt,contacts:ms,groups:un,join:un,settings:Ls};function Ui(n,e){let t=Ys[e.section]??pt;return c`<${t} model=${n} selected=${e.detail} />`}function qi(n,{section:e,detail:t,more:s}){switch(e){case"chats":return t==="new"?c`<${As} model=${n} />`:/^(?:user-[1-9]\d{0,15}|group-[1-9]\d{0,15}|announcements)$/.test(t)?c`<${ds} key=${t} model=${n} name=${t} message=${Number(s)||0} />`:null;case"search":return c`<${ys} key=${`${t}/${s}`} model=${n} within=${t} />`;case"contacts":return t==="find"?c`<${ks} model=${n} />`:Number(t)?c`<${Rs} key=${t} model=${n} id=${Number(t)} />`:null;case"groups":return t==="new"?c`<${Is} model=${n} />`:t==="find"?c`<${Ps} model=${n} />`:Number(t)?c`<${Os} key=${t} model=${n} id=${Number(t)} />`:null;case"join":return c`<${Cs} model=${n} code=${t} />`;case"settings":{let o=Gi[t];return o?c`<${o} key=${t} model=${n} />`:null}default:return null}}function zi({model:n,section:e}){let t=n.lists.get("received").length,s=n.lists.get("invitations").length,o=[["chats",n.unread,"unread"],["contacts",t,"requests"],["groups",s,"invitations"],["settings",0,""]];return c`<nav class="navigation" aria-label=${a("sections")}>
    ${o.map(([i,r,l])=>c`<a key=${i} href=${b(i)} aria-current=${Ws(e)===i?"page":void 0}>
          <span class="nav-icon">
            <${_} name=${i} />
            ${r>0&&c`<span class="badge">${Wi(r)}</span><span class="hidden"> ${a(l)}</span>`}
          </span>
          <span>${a(i)}</span>
        </a>`)}
  </nav>`}var Wi=n=>n>99?"99+":n;function Yi({model:n}){let{elsewhere:e,line:t}=n.state,s=t==="off"&&n.ready;return c`<div class=${e||s?"trouble":""} role="status">
    ${e&&c`${a("openElsewhere")} <button type="button" class="small" onClick=${()=>n.link.ask("useHere")}>${a("useHere")}</button>`}
    ${s&&!e&&a("connecting")}
  </div>`}function Qs({model:n}){let e=A();return ee(()=>{e.current.matches(":popover-open")&&e.current.hidePopover(),e.current.showPopover()},[n.toasts]),c`<div ref=${e} class="toasts" popover="manual" role="status" aria-live="polite">
    ${n.toasts.map(t=>c`<div class="toast ${t.kind}" key=${t}>${t.text}</div>`)}
  </div>`}function Vs({model:n}){return c`<main class="entry">
    <div class="spinner" role="status"><span class="hidden">${a("loading")}</span></div>
    ${n.state.troubled&&c`<p class="dim">${n.state.refused||a("noServer")}</p>`}
  </main>`}function Ks({model:n}){let{phase:e}=n.state,t=e==="in"?n.unread:0;return M(()=>{document.title=t?`(${t}) HiChat`:"HiChat"},[t]),c`
    ${e==="starting"&&c`<${Vs} model=${n} />`}
    ${e==="out"&&c`<${Vn} model=${n} />`}
    ${e==="in"&&c`<${zs} key=${n.state.user} model=${n} />`}
    <${Qs} model=${n} />
  `}var U=class extends Error{constructor(e,t,s){super(t),this.code=e,this.retryAfter=s}},Qi=6e4;async function le(n,e,{body:t,token:s,language:o}={}){let i={};t!==void 0&&(i["Content-Type"]="application/json"),s&&(i.Authorization=`Bearer ${s}`),o&&(i["Accept-Language"]=o);let r;try{r=await fetch(q+e,{method:n,headers:i,body:t===void 0?void 0:JSON.stringify(t)})}catch{throw new U("offline","")}let l=await r.text(),u;try{u=l?JSON.parse(l):null}catch{throw new U("broken",l.slice(0,200))}if(!r.ok)throw new U(u?.code??"broken",u?.detail??"",u?.retryAfter);return u}var wt=class{user=0;device="";access="";until=0;refreshing=null;forget(){this.user=0,this.device="",this.access="",this.until=0}async token(e=!1){return!e&&this.access&&performance.now()<this.until-Qi?this.access:(this.refreshing??=this.#e().finally(()=>this.refreshing=null),await this.refreshing,this.access)}async logIn(e,t,s,o){this.#t(await le("POST","/session",{body:{name:e,password:t,label:s},language:o}))}async changePassword(e,t,s){let o=await this.token();this.#t(await le("POST","/session/password",{body:{old:e,new:t},token:o,language:s}))}async logOut(){let e=await this.token();e&&await le("DELETE","/session",{token:e}),this.forget()}async#e(){let e=await le("POST","/session/refresh",{body:{}});e?this.#t(e):this.forget()}#t(e){this.user=e.user,this.device=e.device,this.access=e.accessToken,this.until=performance.now()+e.expiresIn*1e3}};var bt=class{constructor(e){this.link=e}get=e=>this.#e("GET",e);post=(e,t=void 0)=>this.#e("POST",e,t);put=(e,t=void 0)=>this.#e("PUT",e,t);patch=(e,t=void 0)=>this.#e("PATCH",e,t);delete=e=>this.#e("DELETE",e);async all(e,t=1e4){let s=[],o="";do{let i=e.includes("?")?"&":"?",r=await this.get(`${e}${i}limit=100${o&&`&cursor=${encodeURIComponent(o)}`}`);s.push(...r.items),o=r.next??""}while(o&&s.length<t);return s}upload(e,t,s){return this.#t(o=>Vi(e,t,o,s))}#e(e,t,s){let o={body:s,language:z()};return this.#t(i=>le(e,`/v2${t}`,{...o,token:i}))}async#t(e){try{return await e(await this.link.ask("token",!1))}catch(t){if(t.code!=="unauthorized")throw t;return e(await this.link.ask("token",!0))}}};function Vi(n,e,t,s){return new Promise((o,i)=>{let r=new XMLHttpRequest;r.open("POST",q+n),r.setRequestHeader("Authorization",`Bearer ${t}`),r.setRequestHeader("Accept-Language",z()),r.upload.onprogress=l=>l.lengthComputable&&s(l.loaded/l.total),r.onload=()=>{let l=Ji(r.responseText),{status:u}=r;u<300&&l?o(l):i(new U(u===401?"unauthorized":l?.code??"broken",Ki(l)))},r.onerror=()=>i(new U("offline","")),r.send(e)})}var Ki=n=>n?.detail??"";function Ji(n){try{return JSON.parse(n)}catch{return null}}var Te=class{last=0;first=this.now();since=new Map;forget(){this.first=this.now(),this.since=new Map}now(){return++this.last}isNews(e,t){return t>=(this.since.get(e)??this.first)}take(e,t){let s=this.isNews(e,t);return s&&this.since.set(e,t),s}};var Zi=500,vt=class{known=new Map;stale=new Map;recency=new Te;constructor(e){this.model=e}forget(){this.known=new Map,this.recency.forget(),this.stale=new Map}get(e){return this.known.has(e)||(this.known.set(e,null),this.refresh(e)),this.known.get(e)}async ask(e){let t=this.recency.now(),s=await e();for(let o of s)this.#t(o.id,o,t);return s}async change(e){let{first:t}=this.recency,s=await e();return t===this.recency.first&&this.#t(s.id,s,this.recency.now()),s}async refresh(e){let t=this.recency.now();try{this.#t(e,await this.model.api.get(`/groups/${e}`),t)}catch(s){s.code==="no_such_group"?this.#e(e,this.known.get(e)?"":"groupUnknown",t):this.model.postpone(()=>this.known.get(e)??this.known.delete(e))}this.model.changed()}heard({group:e}){if(this.stale.has(e)){this.stale.set(e,!0);return}this.stale.set(e,!1),this.refresh(e),setTimeout(()=>{let t=this.stale.get(e);this.stale.delete(e),t&&this.heard({group:e})},Zi)}lose(e,t){this.stale.delete(e),this.#e(e,t,this.recency.now())}#e(e,t,s){if(!this.recency.isNews(e,s))return;let{model:o}=this,i=this.known.get(e)??{id:e,name:o.conversation(`group-${e}`).title,picture:"",description:""};this.#t(e,{joinPolicy:"invite",size:0,...i,you:{},gone:t||i.gone},s),o.members.lose(e)}#t(e,t,s){this.recency.take(e,s)&&this.known.set(e,t)}};var Js=self.trustedTypes?.createPolicy("hichat",{createScriptURL:n=>n});function Zs(){let n=new URL("./hub.js",import.meta.url).href;return Js?Js.createScriptURL(n):n}var Xi=()=>new Promise((n,e)=>{let t=indexedDB.open(`hichat${q}`,1);t.onupgradeneeded=()=>t.result.createObjectStore("outbox",{keyPath:"key"}),t.onsuccess=()=>n(t.result),t.onerror=()=>e(t.error)}),yt=n=>new Promise((e,t)=>{n.oncomplete=()=>e(),n.onerror=n.onabort=()=>t(n.error)}),Xs=n=>`counter-${n}`,_t=class{#e=new Map;async all(e){let t=[];try{let{transaction:o,store:i}=await this.#n("readonly"),r=i.getAll();await yt(o),t=r.result}catch{}let s=new Map(t.map(o=>[o.key,o]));for(let[o,i]of this.#e)s.set(o,i);return[...s.values()].filter(o=>o.user===e).sort((o,i)=>o.order-i.order)}async put(e){try{let{transaction:t,store:s}=await this.#n("readwrite");s.put(e),await yt(t)}catch{this.#e.set(e.key,e)}}async remove(e){this.#e.delete(e);try{let{transaction:t,store:s}=await this.#n("readwrite");s.delete(e),await yt(t)}catch{}}change(e,t){return this.#t(e,s=>({...s,...t}))}claim(e,t){return this.#t(e,(s,o)=>s.counter?s:{...s,counter:Math.max(t,o)+1})}async#t(e,t){let s=this.#e.get(e);if(s){let i=t(s,0);return this.#e.set(e,i),i}let o=null;try{let{transaction:i,store:r}=await this.#n("readwrite"),l=r.get(e);l.onsuccess=()=>{if(!l.result)return;let u=r.get(Xs(l.result.user));u.onsuccess=()=>{o=t(l.result,u.result?.counter??0),r.put(o),r.put({key:Xs(o.user),counter:Math.max(o.counter,u.result?.counter??0)})}},await yt(i)}catch{o&&this.#e.set(e,o)}return o}async#n(e){this.connection??=Xi();try{let t=(await this.connection).transaction("outbox",e);return{transaction:t,store:t.objectStore("outbox")}}catch(t){throw this.connection=null,t}}};var eo=25e3,to=500,er=15e3,kt=class{constructor({hello:e,received:t,lost:s}){this.hello=e,this.received=t,this.lost=s,this.socket=null,this.connecting=!1,this.wait=to,this.wanted=!1}open(){this.wanted=!0,this.#e()}close(){this.wanted=!1,clearTimeout(this.timer),this.#r()}hurry(){!this.wanted||this.socket||(clearTimeout(this.timer),this.#e())}welcomed(){this.wait=to}write(e){this.socket?.readyState===WebSocket.OPEN&&this.socket.send(JSON.stringify(e))}async#e(){if(this.socket||this.connecting)return;this.connecting=!0;let e=await this.hello().catch(()=>null);if(this.connecting=!1,!this.wanted)return;if(!e){this.#n();return}let t=new URL(`${q}/v2/ws`,self.location.origin);t.protocol=t.protocol.replace("http","ws");let s=new WebSocket(t,"hichat.v2");this.socket=s,this.#s(),s.onopen=()=>this.write(e),s.onmessage=o=>{s===this.socket&&(this.#s(),this.received(JSON.parse(o.data)))},s.onclose=o=>this.#t(s,o.code)}#t(e,t){e===this.socket&&(this.socket=null,clearTimeout(this.watch),this.lost(t),this.wanted&&this.#n())}#n(){clearTimeout(this.timer),this.timer=setTimeout(()=>this.#e(),this.wait*(.75+Math.random()/2)),this.wait=Math.min(this.wait*2,er)}#s(){clearTimeout(this.watch),this.watch=setTimeout(()=>{this.write({op:"ping"}),this.watch=setTimeout(()=>this.#r(),eo)},eo)}#r(){let e=this.socket;e&&(e.close(),this.#t(e,1006))}};var tr=new Set(["too_fast","busy","not_stored"]),nr=16,xt=class{constructor({database:e,write:t,changed:s,settled:o,acked:i}){this.database=e,this.write=t,this.changed=s,this.settled=o,this.acked=i,this.items=[],this.counter=0,this.phase="none",this.flying=new Set,this.noting=new Set,this.held=0,this.connection=null,this.pumping=!1,this.pumpAgain=!1}async load(e){this.user=e,await this.#t()}forget(){this.lost(),this.user=0,this.items=[],this.changed()}async add(e,t){if(this.find(e))return;let s=Math.max(0,...this.items.map(i=>i.order))+1,o={key:e,frame:t,user:this.user,order:s,time:Date.now(),counter:0,failure:null};this.items.push(o),this.noting.add(e),this.changed(),await this.database.put(o),this.noting.delete(e),this.pump()}async retry(e){this.find(e)?.failure&&(await this.#n(e,{failure:null,counter:0}),this.pump())}async discard(e){this.find(e)?.failure&&(this.#s(e,null),await this.database.remove(e))}find(e){return this.items.find(t=>t.key===e)}async connected(e){let t=this.connection={};await this.#t(),t===this.connection&&(this.counter=Math.max(this.counter,e,...this.items.map(s=>s.counter)),this.phase="repeating",this.pump())}lost(){this.connection=null,this.phase="none",this.flying.clear(),clearTimeout(this.held),this.held=0}answered(e){let t=this.find(e.ref);if(!t||!this.flying.has(t.key))return!1;if(e.op==="ack")this.items=this.items.filter(s=>s!==t),this.acked(t,e),this.#e(t.key,this.database.remove(t.key));else if(tr.has(e.code)){let s=Math.min(Math.max(e.retryAfter??1,.1),60);clearTimeout(this.held),this.held=setTimeout(()=>{this.held=0,this.pump()},s*1e3),this.flying.delete(t.key)}else if(e.code==="counter_used")this.#e(t.key,this.#n(t.key,{counter:0}));else{let s={code:e.code,message:e.message};this.#e(t.key,this.#n(t.key,{failure:s}))}return!0}async#e(e,t){await t,this.flying.delete(e),this.pump()}async#t(){let{user:e}=this,t=await this.database.all(e);if(e!==this.user)return;let s=new Set(t.map(i=>i.key)),o=this.items.filter(i=>this.noting.has(i.key)&&!s.has(i.key));this.items=[...t,...o].sort((i,r)=>i.order-r.order),this.changed()}async#n(e,t){this.#s(e,await this.database.change(e,t))}#s(e,t){this.items=this.items.flatMap(s=>s.key!==e?[s]:t?[t]:[]),this.changed()}async pump(){if(this.pumping){this.pumpAgain=!0;return}this.pumping=!0;do this.pumpAgain=!1,await this.#r();while(this.pumpAgain);this.pumping=!1}async#r(){let e=()=>this.items.filter(s=>s.counter&&!s.failure),t=()=>this.held||this.flying.size>=nr?null:(this.phase==="repeating"?e():this.phase==="open"?this.items:[]).find(o=>!o.failure&&!this.flying.has(o.key)&&!this.noting.has(o.key));for(let s=t();s;s=t()){let{key:o}=s,{connection:i}=this;if(this.flying.add(o),!s.counter){if(s=await this.database.claim(o,this.counter),this.counter=Math.max(this.counter,s?.counter??0),this.#s(o,s),i!==this.connection)continue;if(!s||s.failure){this.flying.delete(o);continue}}this.write({...s.frame,op:"send",ref:o,counter:s.counter})}this.phase==="repeating"&&!this.flying.size&&!e().length&&(this.phase="open",this.settled(),this.pumpAgain=!0)}};var sr=4001,or=4003,ir=4005,rr=15e3,ar=200,Mt=class{constructor(){this.ports=new Map,this.waiting=new Map,this.references=0,this.state={phase:"starting",user:0,line:"off",live:!1,elsewhere:!1,visible:0,skew:0},this.receivedMarks=new Map,this.cursor=null,this.session=new wt,this.line=new kt({hello:()=>this.#r(),received:e=>this.#a(e),lost:e=>this.#$(e)}),this.outbox=new xt({database:new _t,write:e=>this.line.write(e),changed:()=>this.#o({outbox:this.outbox.items}),settled:()=>this.line.write({op:"sync",ref:"sync",since:this.cursor}),acked:(e,t)=>this.#f(e,t)}),self.addEventListener("online",()=>this.line.hurry())}attach(e){this.ports.set(e,{watch:{users:[],groups:[]},visible:!1}),e.onmessage=t=>this.#e(e,t.data),e.postMessage({state:this.state,outbox:this.outbox.items}),this.started||(this.started=!0,this.#t())}fault(e){this.#o({fault:e})}calls={logIn:async(e,t,s,o,i)=>{await this.session.logIn(t,s,o,i),await this.#n()},register:async(e,t,s,o,i,r)=>{await le("POST","/v2/accounts",{body:{name:t,password:s,...o&&{invite:o}},language:r}),await this.session.logIn(t,s,i,r),await this.#n()},logOut:async()=>{await this.session.logOut(),this.#s()},changePassword:async(e,t,s,o)=>{await this.session.changePassword(t,s,o),this.line.close(),this.line.open()},forget:async()=>{this.session.forget(),await this.session.token().catch(()=>""),this.#s()},token:async(e,t)=>{let s=await this.session.token(t);return s||this.#s(),s},say:(e,t,s)=>this.outbox.add(t,s),retry:(e,t)=>this.outbox.retry(t),discard:(e,t)=>this.outbox.discard(t),act:(e,t,s,o)=>this.#u(t,s,o),read:(e,t,s)=>{this.line.write({op:"read",...t,id:s}),this.#o({frame:{op:"receipt",from:this.state.user,...t,received:s,read:s}})},cast:(e,t)=>this.line.write(t),watch:(e,t)=>{this.ports.get(e).watch=t,this.#p()},look:(e,t)=>{this.ports.get(e).visible=t,this.#i({visible:[...this.ports.values()].filter(s=>s.visible).length}),t&&this.line.hurry()},useHere:()=>{this.#i({elsewhere:!1}),this.line.open()},detach:e=>{this.ports.delete(e),this.#i({visible:[...this.ports.values()].filter(t=>t.visible).length}),this.#p()}};async#e(e,{id:t,name:s,arguments:o}){if(this.ports.has(e))try{let i=await this.calls[s](e,...o);e.postMessage({id:t,value:i})}catch(i){let r=i instanceof U?i.code:"broken";e.postMessage({id:t,problem:{code:r,message:i.message,retryAfter:i.retryAfter}})}}async#t(){for(let e=1e3;;e=Math.min(e*2,15e3))try{await this.session.token()?await this.#n():this.#i({phase:"out"});return}catch(t){let s=t.code==="foreign_origin"?t.message:"";this.#i({phase:"starting",troubled:!0,refused:s}),await new Promise(o=>setTimeout(o,e))}}async#n(){this.cursor=null,await this.outbox.load(this.session.user),this.#i({phase:"in",user:this.session.user,line:"off",live:!1,elsewhere:!1,troubled:!1}),this.line.open()}#s(){this.line.close(),this.session.forget(),this.outbox.forget(),this.#i({phase:"out",user:0,line:"off",live:!1})}async#r(){let e=await this.session.token();if(!e)throw this.#s(),new U("unauthorized","");return{op:"hello",token:e,device:this.session.device}}#a(e){switch(e.op){case"welcome":this.line.welcomed(),this.cursor??=e.position,this.#i({skew:e.time-Date.now()}),this.#o({frame:e}),this.outbox.connected(e.counter);break;case"page":this.cursor=e.position;for(let t of e.events)this.#l(t);break;case"synced":this.cursor=e.position,this.#i({line:"on",live:!0}),this.#p();break;case"event":this.cursor=e.id,this.#l(e);break;case"pong":break;case"ack":case"error":e.ref==="sync"?this.#c():this.outbox.answered(e)||this.#h(e);break;default:e.ref===void 0?this.#o({frame:e}):this.#h(e)}}#c(){this.cursor=null,this.line.close(),this.#o({restart:!0}),this.line.open()}#l(e){gs.has(e.kind)&&e.from!==this.state.user&&this.#m(e),this.#o({frame:{...e,op:"event"}})}#m(e){let[t,s]=e.group!==void 0?[`g${e.group}`,{group:e.group}]:e.user!==void 0?[`u${e.from}`,{user:e.from}]:["",{}];this.receivedMarks.size||setTimeout(()=>{for(let o of this.receivedMarks.values())this.line.write(o);this.receivedMarks.clear()},50),this.receivedMarks.set(t,{op:"received",...s,id:e.id})}#f(e,t){this.#o({outbox:this.outbox.items,frame:{op:"event",kind:"message",media:"text",text:"",...e.frame,id:t.id,seq:t.seq,conversation:t.conversation,time:t.time,from:this.state.user,key:e.key}})}async#u(e,t,s){let o=await this.#d(s);this.#o({frame:{...t,...s,op:"event",kind:e,id:o.id,time:o.time,from:this.state.user}})}#d(e){if(this.state.line!=="on")throw new U("offline","");let t=`r${++this.references}`;return new Promise((s,o)=>{let i=setTimeout(()=>this.#h({op:"error",ref:t,code:"offline",message:""}),rr);this.waiting.set(t,{resolve:s,reject:o,timer:i}),this.line.write({...e,ref:t})})}#h(e){let t=this.waiting.get(e.ref);t&&(this.waiting.delete(e.ref),clearTimeout(t.timer),e.op==="error"?t.reject(new U(e.code,e.message,e.retryAfter)):t.resolve(e))}#$(e){this.outbox.lost();for(let t of[...this.waiting.keys()])this.#h({op:"error",ref:t,code:"offline",message:""});this.#i({line:"off"}),e===or?(this.line.close(),this.#i({elsewhere:!0})):(e===sr||e===ir)&&(this.session.until=0)}#p(){let e=o=>[...new Set([...this.ports.values()].flatMap(i=>i.watch[o]))],t=e("users").slice(0,ar-20),s=e("groups").slice(0,20);this.state.line==="on"&&this.#d({op:"watch",users:t,groups:s}).then(o=>this.#o({frame:{...o,op:"presence"}})).catch(()=>{})}#i(e){this.state={...this.state,...e},this.#o({state:this.state})}#o(e){for(let t of this.ports.keys())t.postMessage(e)}};var St=class{shared=!1;port=null;constructor(e){this.heard=e,this.waiting=new Map,this.number=0}open(){if(this.shared=typeof SharedWorker=="function",this.shared){let e=new SharedWorker(Zs(),{type:"module",name:"hichat"});this.port=e.port}else{let e=new MessageChannel;new Mt().attach(e.port1),this.port=e.port2}this.port.onmessage=e=>this.#e(e.data),addEventListener("pagehide",()=>this.ask("detach")),addEventListener("pageshow",e=>{e.persisted&&location.reload()})}ask(e,...t){let s=++this.number;return new Promise((o,i)=>{this.waiting.set(s,{resolve:o,reject:i}),this.port.postMessage({id:s,name:e,arguments:t})})}#e(e){let t=this.waiting.get(e.id);if(!t){this.heard(e);return}this.waiting.delete(e.id);let{problem:s,value:o}=e;s?t.reject(new U(s.code,s.message,s.retryAfter)):t.resolve(o)}};var cr={contacts:"/contacts",received:"/contact-requests/received",sent:"/contact-requests/sent",blocks:"/blocks",groups:"/me/groups",invitations:"/me/invitations",asked:"/me/requests",devices:"/devices"},lr=100,ur=new Set(["contacts","received","sent","blocks"]),hr=new Set(["groups","invitations","asked"]),Tt=class{items=new Map;wanted=new Set;stale=new Set;recency=new Te;constructor(e){this.model=e}forget(){this.items=new Map,this.recency.forget(),this.wanted=new Set,this.stale=new Set}get(e){return this.wanted.has(e)||this.#t(e),this.items.get(e)??[]}has(e,t){return this.get(e).some(s=>(s.user?.id??s.id)===t)}async load(e){this.wanted.add(e);let{api:t,groups:s,people:o}=this.model,i=this.recency.now(),r=()=>t.all(cr[e]),l=hr.has(e)?await s.ask(r):await r();if(this.recency.take(e,i)){if(this.items.set(e,l),ur.has(e))for(let{user:u}of l)o.know(u);e==="contacts"&&(o.remarks=new Map(l.map(u=>[u.user.id,u.remark??""]))),this.model.changed()}}heard({kind:e,group:t}){t!==void 0?this.#e("groups","invitations","asked"):e.startsWith("contact")?this.#e("contacts","received","sent"):e.endsWith("blocked")&&this.#e("blocks","contacts","received","sent")}#e(...e){this.stale.size||setTimeout(()=>{this.again(...this.stale),this.stale.clear()},lr);for(let t of e)this.stale.add(t)}again(...e){for(let t of e)this.wanted.has(t)&&this.#t(t)}#t(e){this.load(e).catch(()=>this.model.postpone(()=>this.wanted.delete(e)))}};var pr=2e3,Et=class{known=new Map;constructor(e){this.model=e}forget(){this.known=new Map}lose(e){this.known.delete(e)}get(e){let{people:t}=this.model;return(this.known.get(e)?.items??[]).map(o=>o.name===void 0?{name:"",avatar:"",...t.get(o.id),...o}:o)}isComplete(e){return!this.known.get(e)?.next}async load(e){this.known.has(e)||this.known.set(e,{items:[],next:null,loading:null,heard:[]});let t=this.known.get(e);for(;t.next!==""&&t.items.length<pr;)await this.#e(e,t)}async more(e){let t=this.known.get(e);t?.next&&await this.#e(e,t)}heard(e){let t=this.known.get(e.group);t&&(t.items=no(t.items,e),t.loading&&t.heard.push(e))}#e(e,t){return t.loading??=this.#t(e,t).finally(()=>t.loading=null),t.loading}async#t(e,t){let s=t.next?`&cursor=${encodeURIComponent(t.next)}`:"",o=await this.model.api.get(`/groups/${e}/members?limit=100${s}`);for(let r of o.items)this.model.people.know({gender:"",bio:"",deleted:!1,...r});let i=new Set(o.items.map(({id:r})=>r));t.items=[...t.items.filter(({id:r})=>!i.has(r)),...o.items];for(let r of t.heard.splice(0))t.items=no(t.items,r);t.next=o.next??"",this.model.changed()}};function no(n,{kind:e,member:t,from:s,role:o,until:i}){let r=t??s,l=u=>n.map(m=>m.id===r?{...m,...u}:m);if(xe.has(e))return n.some(({id:u})=>u===r)?n:[...n,{id:r,role:"member"}];if(Me.has(e))return n.filter(({id:u})=>u!==r);switch(e){case"role":return o==="owner"&&(n=n.map(u=>u.role==="owner"?{...u,role:"admin"}:u)),l({role:o});case"muted":return t===void 0?n:l({muted:i===void 0?{}:{until:i}});case"unmuted":return t===void 0?n:l({muted:void 0});default:return n}}var Ot=class{next=null;count=0;begun=!1;loading=null;constructor(e){this.model=e}forget(){this.next=null,this.count=0,this.begun=!1,this.loading=null}get complete(){return this.next===""}async begin(){await this.loading?.catch(()=>{}),this.next=null,this.count=0;do await this.more();while(!this.complete&&this.count<300)}screenful(){return this.more(30)}more(e=100){return this.complete?Promise.resolve():(this.loading??=this.#e(e).finally(()=>this.loading=null),this.loading)}async all(){for(;!this.complete;)await this.more()}async again(){for(let e of await this.model.api.all("/conversations",300))this.model.show(e);this.model.changed()}async#e(e){let{model:t}=this,{user:s}=t.state,o=this.next?`&cursor=${encodeURIComponent(this.next)}`:"",i=await t.api.get(`/conversations?limit=${e}${o}`);if(s!==t.state.user)throw new Error("somebody else is logged in now");for(let r of i.items)t.show(r);this.count+=i.items.length,this.next=i.next??"",this.begun=!0,t.changed()}};var Pt=class{known=new Map;remarks=new Map;version=0;constructor(e){this.model=e}forget(){this.known=new Map,this.remarks=new Map,this.version=0}get(e){return this.known.has(e)||(this.known.set(e,null),this.#e(e)),this.known.get(e)}name(e){let t=this.get(e),s=this.remarks.get(e);return s||(t?t.name||a("deletedAccount"):"…")}meet({user:e,title:t,picture:s}){e===void 0||this.known.get(e)||this.know({id:e,name:t,avatar:s,gender:"",bio:"",deleted:!t})}know(e){return this.known.set(e.id,{...this.known.get(e.id),...e}),this.version++,e}async#e(e){try{this.know(await this.model.api.get(`/users/${e}`))}catch(t){t.code==="offline"?this.model.postpone(()=>this.known.get(e)??this.known.delete(e)):this.know({id:e,name:"",avatar:"",gender:"",bio:"",deleted:!0})}this.model.changed()}};var so=6e3,dr=3e3,mr=3e4,fr=200,$r=5e3,Ct=class{me=null;ready=!1;fetching=!1;beginning=null;learning=!1;focused=!1;watched="";watching=null;conversations=new Map;online=new Set;outbox=[];toasts=[];postponed=new Set;limits={text:8192};typed;waiting=0;state={phase:"starting",user:0,line:"off",live:!1,skew:0};constructor(e){this.link=new St(t=>this.#n(t)),this.api=new bt(this.link),this.people=new Pt(this),this.lists=new Tt(this),this.media=new rt(this),this.members=new Et(this),this.groups=new vt(this),this.notices=new gt(this),this.overview=new Ot(this),this.drawn=e,this.#o()}start(){this.link.open(),this.notices.begin();let e=()=>{let t=document.visibilityState==="visible"&&document.hasFocus();this.focused=t,this.link.ask("look",t),this.changed()};for(let t of["focus","blur"])addEventListener(t,e);document.addEventListener("visibilitychange",e),e(),this.#e()}#e(){this.changed(),setTimeout(()=>this.#e(),Math.min(mr,Math.max(zn(this.now()),1e3)))}now(){return Date.now()+this.state.skew}lasts(e){return!!e&&(e.until===void 0||e.until>this.now())}changed=()=>{this.waiting||(this.waiting=setTimeout(()=>{this.waiting=0,this.drawn()}))};postpone(e){let t=()=>{clearTimeout(s),this.postponed.delete(t)&&e(),this.changed()},s=setTimeout(t,$r);this.postponed.add(t)}toast(e,t="info"){let s={text:e,kind:t};this.toasts=[...this.toasts,s],setTimeout(()=>{this.toasts=this.toasts.filter(o=>o!==s),this.changed()},5e3),this.changed()}async attempt(e,t="",s=()=>!1){try{return await e(),t&&this.toast(t),!0}catch(o){return s(o)||this.toast(Q(o),"problem"),!1}finally{this.changed()}}conversation(e){let t=this.conversations.get(e);return t||(t=new ht(e,this.state.user),this.conversations.set(e,t)),t}titleOf(e){let{user:t,group:s}=e.place;return t!==void 0?this.people.name(t):s!==void 0?this.groups.get(s)?.name??e.title:a("announcements")}pictureOf(e){let{user:t,group:s}=e.place;return t!==void 0?this.people.get(t)?.avatar??e.picture:s!==void 0?this.groups.get(s)?.picture??e.picture:""}get listed(){let e=[...this.conversations.values()].filter(i=>i.listed||i.last||i.place.group!==void 0||this.pendingOf(i.name).length),t=i=>this.pendingOf(i.name).at(-1)?.time??0,s=i=>Math.max(i.last?.time??0,t(i),i.touched??0),o=i=>i.last?.id??0;return e.filter(i=>!i.gone).sort((i,r)=>Number(r.pinned)-Number(i.pinned)||s(r)-s(i)||o(r)-o(i))}get unread(){let e=0;for(let t of this.conversations.values())!t.muted&&!t.gone&&(e+=t.unread);return e}pendingOf(e){return this.outbox.filter(t=>Le(t.frame)===e)}say(e,t){let s=crypto.randomUUID?.()??`${Date.now()}-${Math.random()}`;return this.link.ask("say",s,{...e.place,...t})}react(e,t,s){return this.#t(e,{op:"react",message:e.id,emoji:t,on:s},"reacted")}edit(e,t,s){return this.#t(e,{op:"edit",message:e.id,text:t,mentions:s},"edited")}recall(e){return this.#t(e,{op:"recall",message:e.id},"recalled")}typing(e){performance.now()<(this.typed??-1/0)+dr||this.state.line!=="on"||(this.typed=performance.now(),this.link.ask("cast",{op:"typing",...e.place}))}markRead(e){let t=e.last?.id??0;t<=e.seen||this.state.line!=="on"||(e.haveRead(t),this.link.ask("read",e.place,t),this.changed())}#t(e,t,s){return this.attempt(()=>this.link.ask("act",s,an(this.#u(e)),t))}#n({state:e,outbox:t,frame:s,fault:o,restart:i}){i&&location.reload(),o&&console.error("in the hub:",o),e&&this.#s(e),t&&(this.outbox=t),s&&this.#f(s),this.changed()}#s(e){let t=this.state;if(this.state=e,e.user!==t.user&&(t.user&&$s(),this.#o()),e.visible&&this.notices.looked(),e.line==="off")for(let s of this.conversations.values())s.typing.clear();if(e.line==="on"&&t.line==="off")for(let s of[...this.postponed])s();e.phase==="in"&&(this.beginning??=this.#a()),e.live&&e.phase==="in"&&!this.fetching?this.#c():this.ready&&e.line==="on"&&t.line==="off"&&this.#r()}async#r(){try{this.watching&&await this.loadMarks(this.watching),await this.overview.again()}catch{}this.changed()}#a(){return this.overview.screenful().catch(()=>{})}async#c(){this.fetching=!0;let e=this.state.user;try{let[t]=await Promise.all([this.api.get("/me"),this.beginning?.then(()=>this.overview.begin())]);if(e!==this.state.user)return;this.me=t,this.people.know(t),this.ready=!0,await Promise.all([this.lists.load("contacts"),this.lists.load("received"),this.lists.load("invitations")]),this.watch(),this.media.largest=(await this.api.get("/media")).size}catch(t){e===this.state.user&&(this.fetching=!1,setTimeout(()=>this.state.live&&!this.fetching&&this.#c(),2e3),t.code!=="offline"&&this.toast(Q(t),"problem"))}this.changed()}show(e){let t=this.conversation(e.name);t.show(e,this.state.user),t.listed=!0,this.#l(t),this.people.meet(e);let{last:s,received:o,place:i}=t;!s||s.from===this.state.user||s.id<=o||this.state.line!=="on"||(t.received=s.id,this.link.ask("cast",{op:"received",...i,id:s.id}))}#l(e){if(!e.doubt||e.asking||this.state.line!=="on")return;e.asking=!0,setTimeout(async()=>{let{doubt:s}=e;await this.loadMarks(e).catch(()=>{}),e.asking=!1,e.doubt===s&&(e.doubt=0),this.#l(e)},fr)}#m(){this.learning||this.state.line!=="on"||(this.learning=!0,this.overview.again().catch(()=>{}).finally(()=>this.learning=!1))}watch(e=this.watching){this.watching=e;let t=new Set;e?.place.user&&t.add(e.place.user);for(let{place:r}of this.listed)r.user&&t.add(r.user);for(let r of this.lists.get("contacts"))t.add(r.user.id);let s=e?.place.group?[e.place.group]:[],o={users:[...t].slice(0,150),groups:s},i=JSON.stringify(o);i!==this.watched&&(this.watched=i,this.link.ask("watch",o))}#f(e){switch(e.op){case"welcome":this.limits=e.limits,this.notices.connected(e.time);break;case"event":this.#d(e);break;case"receipt":this.#p(e);break;case"typing":this.#i(e);break;case"presence":for(let t of e.online)this.online.add(t);for(let t of e.offline)this.online.delete(t);break}}#u({from:e,user:t,group:s}){return s!==void 0?`group-${s}`:t===void 0?"announcements":`user-${e===this.state.user?t:e}`}#d(e){if(Re.has(e.kind)||ut.has(e.kind))this.#h(e,this.#u(e));else if(e.kind==="conversation_set"){let{settings:t}=e,s=this.conversation(Le(t));s.pinned=t.pinned,s.muted=t.muted}else e.group!==void 0?this.#$(e):sn.has(e.kind)?this.#h(e,this.#u(e)):this.lists.heard(e)}#h(e,t){let s=this.conversation(t),o=s.hear(e,this.state.user);o&&!s.known&&this.#m(),this.#l(s),!(!o||e.from===this.state.user)&&(s.gone=!1,this.watch(),this.notices.heard(e,t))}#$(e){let{group:t,kind:s,member:o}=e,i=o??e.from,r=this.conversation(`group-${t}`);xe.has(s)&&i===this.state.user&&(r.gone=!1,r.listed=!0,r.touched=e.time);let l=bs.has(s),u=l||Me.has(s)&&i===this.state.user;u&&(r.gone=!0),!r.listed&&!r.last&&(r.gone??=!0),sn.has(s)&&r.hear(e,this.state.user),u?this.groups.lose(t,l?"groupDissolved":""):this.groups.heard(e),this.members.heard(e),this.lists.heard(e)}#p({from:e,user:t,group:s,received:o,read:i}){let r=this.conversations.get(this.#u({from:e,user:t,group:s}));if(!r)return;if(e===this.state.user){r.haveRead(i),this.#l(r);return}let l=r.others.get(e)??{received:0,read:0};r.others.set(e,{received:Math.max(l.received,o),read:Math.max(l.read,i)})}#i({from:e,user:t,group:s}){if(e===this.state.user)return;let o=this.conversations.get(this.#u({from:e,user:t,group:s}));if(!o)return;let i=performance.now()+so;o.typing.set(e,i),setTimeout(()=>{o.typing.get(e)===i&&o.typing.delete(e),this.changed()},so)}async loadMarks(e){let t=await this.api.get(`/conversations/${e.name}/marks`);e.count(t.last,t.unread,t.read);let s=e.place.group!==void 0;for(let o of s?e.others.keys():[])t.others.some(i=>i.user===o)||e.others.delete(o);for(let{user:o,received:i,read:r}of t.others){let l=e.others.get(o)??{received:0,read:0};e.others.set(o,{received:Math.max(l.received,i),read:Math.max(l.read,r)})}this.changed()}describe(e){return e.recalled?a("recalledMessage"):[{picture:a("aPicture"),audio:a("aVoiceMessage"),file:e.name||a("aFile")}[e.media],e.text].filter(Boolean).join(" ")}#o(){this.me=null,this.ready=!1,this.fetching=!1,this.beginning=null,this.watched="",this.watching=null,this.conversations=new Map,this.online=new Set,this.postponed.clear(),this.people.forget(),this.lists.forget(),this.media.forget(),this.members.forget(),this.groups.forget(),this.notices.forget(),this.overview.forget()}};$t();var gr=document.getElementById("app"),At=new Ct(()=>Gt(c`<${Ks} model=${At} />`,gr));addEventListener("hashchange",At.changed);At.start();At.changed();
