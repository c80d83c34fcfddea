/**
 * The program text of a resource, as the state keeps it: it finds this package from the Pulumi project's folder and hands over to its frozen
 * entry. Code itself never lands in a state, so that a new release of the package changes no resource.
 *
 * The text must never change: a test holds its hash. The state holds it twice per resource, so it is short.
 *
 * @see docs/decisions/0001-frozen-entry-point.md
 */
export function providerText(kind: string): string {
  return finder.replace("KIND", kind);
}

/**
 * The package is looked for as Node.js would from the project's folder, then from the folder of each dependency, of each dependency's
 * dependencies and so on, nearest first (a Set is iterated in the order in which it grows). Each folder is a real path: a link leads to what its
 * target has installed. Folders above the project's are there for their package.json: the program may be in a folder below it.
 */
const finder = `exports.handler=()=>{const m=require('module'),c=process.cwd(),s=new Set
for(let d=c,l;d!=l;d=require('path').dirname(l=d))s.add(d)
for(const d of s){let r=m.createRequire(d+'/_'),a=m.findPnpApi?.(d+'/'),e,j
try{e=r.resolve('pulumi-kubevault-aws/dynamic/v1')}catch{}
if(e)return r(e).provider('KIND')
try{j=r('./package.json')}catch{}
for(const k in j)if(/ependencies$/.test(k))for(const n in j[k])for(const p of r.resolve.paths('_'))try{s.size<1e4&&s.add(a?a.resolveToUnqualified(n,d+'/'):require('fs').realpathSync(p+'/'+n));break}catch{}}
throw Object.assign(Error('cannot find pulumi-kubevault-aws: install it in '+c),{stack:''})}`;
