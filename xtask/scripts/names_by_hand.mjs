// What the sources of `names.mjs` do not say: names that are more often something else, and words that are names after all.

const words = (text) => text.trim().split(/\s+/);

/// Names that are common words, months, companies or products too: by themselves they are no names.
export const ambiguous = words(`
  will mark rose grace hope faith joy bill frank grant rich chase drew dawn ray art pat sue rob nick
  jack dick bob gene dale glen cliff rusty sandy candy daisy ivy lily violet olive pearl ruby amber crystal jade gem
  summer autumn winter star sky rain storm river forest brook christian christmas easter noel
  dell ford mercedes benz alexa siri watson lincoln jackson chance king queen prince duke earl baron major justice price
  max victor guy buck buddy junior sunny merry happy lucky bliss serenity destiny trinity genesis
  penny dollar mac apple windows java ada pascal perl oracle macy wendy wells fargo morgan stanley disney
  sol luz paz alba mar gala santos santo santa san sankt cruz rey blanca linda bella stella viola rosa iris
  don donna dona sir madam lady lord miss mister mrs herr frau monsieur madame signor signora
  best kind dear young old white black green brown gray grey gold silver long short day hall page case cook baker
  ping renault peugeot fiat ferrari bosch porsche lexus royce boeing goldman hewlett packard sachs rolls harley davidson levi strauss pfizer merck philips
  love god jesus moses mohammed muhammad buddha allah
  van von der den del della des dos das la le el al bin ben ibn mac san saint
  son sun moon an so see do in my man lo ha he hi oh ok ho yo ma pa ji yu wei lu xi su
  tech net web site link data media digital global power value pride media dame
  unknown anonymous nobody friend domingo
`);

/// Places, which are seldom people, and words of nationality.
export const places = words(`
  london paris berlin madrid rome roma vienna wien munich hamburg cologne frankfurt stuttgart dresden leipzig bonn zurich geneva basel bern
  milan milano turin torino naples napoli venice venezia florence firenze bologna genoa genova palermo verona
  barcelona valencia sevilla seville granada toledo cordoba bilbao malaga zaragoza lisbon porto dublin belfast edinburgh glasgow
  lyon marseille nice nantes bordeaux lille strasbourg toulouse rennes reims
  york boston chicago houston dallas austin phoenix denver seattle portland detroit memphis nashville atlanta miami orlando tampa
  cleveland columbus cincinnati pittsburgh philadelphia baltimore charlotte charleston savannah richmond raleigh durham jackson
  lincoln omaha madison milwaukee minneapolis albany buffalo rochester syracuse cambridge oxford lancaster chester manchester
  liverpool birmingham bristol leeds sheffield newcastle nottingham leicester lincoln norwich derby bradford wellington auckland
  sydney melbourne brisbane perth adelaide toronto montreal vancouver ottawa victoria halifax
  washington virginia carolina georgia florida texas california nevada arizona utah montana dakota kansas missouri tennessee kentucky
  alabama mississippi louisiana arkansas oklahoma indiana ohio michigan wisconsin iowa illinois minnesota maine vermont delaware maryland
  oregon idaho wyoming colorado alaska hawaii pennsylvania jersey hampshire
  america england scotland ireland wales britain france germany spain italy portugal austria switzerland holland belgium sweden norway
  denmark finland poland russia china japan india korea vietnam thailand israel jordan egypt kenya chad cuba mexico brazil argentina
  chile peru colombia venezuela canada australia turkey greece iran iraq syria lebanon libya africa asia europe nigeria lagos
  english french german spanish italian irish scottish welsh dutch swiss american british indian chinese japanese russian roman
  brooklyn manhattan hollywood chelsea kensington bronx queens harlem sahara everest jerusalem bethlehem nazareth athens troy
  siena modena parma salerno pisa lourdes cheyenne trenton dayton lansing camden newark preston kingston hamilton stafford
  deutschland italia espana francia
  odessa kiev moscow tokyo osaka beijing shanghai delhi mumbai bombay lima quito bogota caracas havana
`);

/// In lists of common words, yet names wherever they are capitalised.
export const plain = words(`
  peter john james michael david robert mary thomas charles george paul richard daniel kevin brian steven edward jason matthew gary
  timothy jose larry jeffrey eric stephen andrew raymond joshua jerry dennis walter patrick harold douglas henry carl arthur ryan roger
  joe juan albert jonathan justin terry gerald keith samuel willie ralph lawrence nicholas roy benjamin bruce brandon adam harry fred
  wayne billy steve louis jeremy aaron randy howard eugene carlos russell bobby victor martin ernest phillip todd jesse craig alan shawn
  clarence sean philip chris johnny earl jimmy antonio danny bryan tony luis mike leonard nathan dale manuel rodney curtis
  patricia linda barbara elizabeth jennifer maria susan margaret dorothy lisa nancy karen betty helen sandra carol ruth sharon michelle
  laura sarah kimberly deborah jessica shirley cynthia angela melissa brenda amy anna rebecca kathleen pamela martha debra amanda
  stephanie carolyn christine marie janet catherine frances ann joyce diane alice julie heather teresa doris gloria evelyn jean cheryl
  hans klaus jurgen wolfgang dieter uwe heinz karl otto fritz anton pierre jacques jean michel luc henri marcel pablo pedro diego
  javier jorge fernando marco mario luca giuseppe giovanni paolo matteo giulia chiara francesca elena
  kate jane jill tom tim jim sam dan ben ken jon meg peg liz
`);

/// Months and days, which lists of given names have too.
export const calendar = words(`
  january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
  monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
  januar februar marz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
  janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche
  enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado
  gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedi martedi mercoledi giovedi venerdi sabato domenica
`);
