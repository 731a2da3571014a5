var w={scale:1,x:0,y:0};function b(e,t,s={x:0,y:0}){let n=Math.min(8,Math.max(1,e.scale*t));if(n===1)return w;let i=n/e.scale;return{scale:n,x:s.x-(s.x-e.x)*i,y:s.y-(s.y-e.y)*i}}function R({scale:e,...t},s,n,i){let c=u=>u*(e-1)/2,h=(u,g)=>Math.min(g,Math.max(-g,u));return{scale:e,x:h(t.x+s,c(i.width)),y:h(t.y+n,c(i.height))}}var Z={"+":e=>b(e,1.5),"=":e=>b(e,1.5),"-":e=>b(e,1/1.5),0:()=>w};var B=60,K=120,j=2.5;function G({html:e,useEffect:t,useElement:s,useState:n},{Icon:i,IconButton:c,useClosedByBack:h,useModal:u},{fullTime:g,sizeOf:d,t:a,textOf:D}){function A({model:o,viewer:r}){let m=s(),[C,l]=n(w),k=()=>{o.viewer=null,o.changed()};u(m),h(k);let{message:x,url:M,key:E}=r.shown;t(()=>l(w),[E]);let p=async f=>{o.changed(),await o.attempt(()=>r.turn(f))},L=f=>{if(f.target.closest("video, input"))return;let S={ArrowLeft:-1,ArrowRight:1}[f.key],Y=Z[f.key];!S&&!Y||(f.preventDefault(),Y?l(Y):p(S))},y=o.media.about(M),$=o.media.sizeOf(M),P=D(x),T=P||a("aPicture"),O=[$&&`${$.width} × ${$.height}`,y.size&&d(y.size)].filter(Boolean).join(" · ");return e`<dialog ref=${m} class="viewer" aria-label=${T} onClose=${k} onKeyDown=${L}>
      <header class="viewer-head">
        <span class="viewer-about">
          ${x.from&&e`<strong>${o.people.name(x.from)}</strong>`}
          ${x.time&&e`<span>${g(x.time)}</span>`}
          <span>${O}</span>
        </span>
        <${c} icon="plus" label=${a("larger")} onClick=${()=>l(Z["+"])} />
        <${c} icon="minus" label=${a("smaller")} disabled=${C.scale===1} onClick=${()=>l(Z["-"])} />
        <a class="icon-button" href=${o.media.link(M)} download=${y.name??""} aria-label=${a("download")} title=${a("download")}>
          <${i} name="download" />
        </a>
        <${c} icon="close" label=${a("close")} onClick=${k} />
      </header>
      <${W} key=${E} model=${o} url=${M} alt=${T} size=${$} zoom=${C} setZoom=${l} turn=${p} close=${k} />
      ${r.has(-1)&&e`<${I} icon="back" label=${a("previousPicture")} turn=${()=>p(-1)} />`}
      ${r.has(1)&&e`<${I} icon="forth" label=${a("nextPicture")} turn=${()=>p(1)} />`}
      ${r.loading&&e`<div class="spinner viewer-waits" role="status"><span class="hidden">${a("loading")}</span></div>`}
      ${P&&e`<p class="viewer-text" dir="auto">${P}</p>`}
    </dialog>`}let I=({icon:o,label:r,turn:m})=>e`<button type="button" class="icon-button viewer-turn ${o}" aria-label=${r} title=${r} onClick=${m}>
    <${i} name=${o} />
  </button>`;function W({model:o,url:r,alt:m,size:C,zoom:l,setZoom:k,turn:x,close:M}){let E=s(),[p,L]=n(""),y=s();y.current??=new X,Object.assign(y.current,{stage:E,zoom:l,setZoom:k,turn:x,close:M});let $=o.media.link(r),P=o.media.link(r,!0),T={transform:`translate(${l.x}px, ${l.y}px) scale(${l.scale})`,...C&&H(C),...p!==$&&P&&{backgroundImage:`url("${P}")`}},{down:O,move:f,up:S,wheel:Y,double:z}=y.current;return e`<div
      ref=${E}
      class="viewer-stage"
      onPointerDown=${O}
      onPointerMove=${f}
      onPointerUp=${S}
      onPointerCancel=${S}
      onWheel=${Y}
      onDblClick=${z}
    >
      ${o.media.isMissing(r)||p==="broken"?e`<p>${a("pictureBroken")}</p>`:e`<img
              class=${p===$?"":"coming"}
              src=${$||void 0}
              alt=${m}
              draggable=${!1}
              style=${T}
              onLoad=${()=>L($)}
              onError=${()=>$&&L("broken")}
            />`}
    </div>`}return A}var H=({width:e,height:t})=>({width:`min(${e}px, 100vw, ${100*e/t}dvh)`,aspectRatio:`${e} / ${t}`}),X=class{fingers=new Map;from={x:0,y:0};pinched=!1;stage;zoom=w;setZoom=()=>{};turn=()=>{};close=()=>{};at({x:t,y:s}){let{left:n,top:i,width:c,height:h}=this.stage.current.getBoundingClientRect();return{x:t-n-c/2,y:s-i-h/2}}down=t=>{this.stage.current.setPointerCapture(t.pointerId),this.fingers.set(t.pointerId,{x:t.clientX,y:t.clientY}),this.pinched=this.fingers.size>1,this.pinched||(this.from={x:t.clientX,y:t.clientY})};move=t=>{let s=this.fingers.get(t.pointerId);if(!s)return;let n={x:t.clientX,y:t.clientY},i=[...this.fingers].find(([d])=>d!==t.pointerId)?.[1];this.fingers.set(t.pointerId,n);let{width:c,height:h}=this.stage.current.getBoundingClientRect(),[u,g]=[n.x-s.x,n.y-s.y];if(i){let d=Math.hypot(n.x-i.x,n.y-i.y)/Math.max(1,Math.hypot(s.x-i.x,s.y-i.y)),a=this.at({x:(n.x+i.x)/2,y:(n.y+i.y)/2});this.setZoom(D=>R(b(D,d,a),u/2,g/2,{width:c,height:h}))}else this.setZoom(d=>d.scale>1?R(d,u,g,{width:c,height:h}):d)};up=t=>{if(!this.fingers.delete(t.pointerId)||this.fingers.size||this.pinched||t.type==="pointercancel"||this.zoom.scale>1||t.pointerType==="mouse")return;let[s,n]=[t.clientX-this.from.x,t.clientY-this.from.y];Math.abs(s)>B&&Math.abs(s)>2*Math.abs(n)?this.turn(s<0?1:-1):n>K&&n>2*Math.abs(s)&&this.close()};wheel=t=>{t.preventDefault();let s=Math.exp(-t.deltaY*(t.deltaMode?.05:.002)),n=this.at({x:t.clientX,y:t.clientY});this.setZoom(i=>b(i,s,n))};double=t=>{let s=this.at({x:t.clientX,y:t.clientY});this.setZoom(n=>n.scale>1?w:b(n,j,s))}};export{G as makeViewer};
