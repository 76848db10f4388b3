//! The words that rules go by: in plain lower-case letters, in order.

/// Words before a phone number.
pub(super) const PHONE_WORDS: [&str; 48] = [
    "anrufen", "appelez", "call", "calling", "calls", "cel", "cell", "cellphone", "cellulare",
    "celular", "chiamami", "dial", "durchwahl", "fax", "festnetz", "fixe", "gsm", "handy",
    "handynummer", "hotline", "landline", "llamame", "mob", "mobil", "mobile", "movil", "numero",
    "nummer", "phone", "port", "portable", "ring", "rufen", "rufnummer", "signal", "sms", "tel",
    "telefon", "telefonnummer", "telefono", "telegram", "telephon", "telephone", "text", "tfno",
    "tlf", "voicemail", "whatsapp",
];

/// Words before numbers of other kinds.
pub(super) const NO_PHONE_BEFORE: [&str; 79] = [
    "account", "article", "articolo", "articulo", "artikel", "artikelnummer", "auftrag",
    "auftragsnummer", "batch", "bestellnummer", "bestellung", "bug", "build", "bus", "case", "chf",
    "code", "codice", "colis", "commande", "doi", "dollars", "ean", "envio", "eur", "euro",
    "factura", "facture", "fattura", "file", "gbp", "id", "invoice", "isbn", "issn", "issue",
    "item", "kundennummer", "line", "lines", "lot", "model", "no", "nr", "num", "number", "order",
    "orders", "ordine", "page", "pages", "parcel", "part", "patent", "pedido", "port", "pr", "raum",
    "rechnung", "rechnungsnummer", "ref", "reference", "referencia", "rfc", "room", "route",
    "sendung", "sendungsnummer", "serial", "sku", "spedizione", "ticket", "tracking", "uid", "upc",
    "usd", "version", "vorgang", "zimmer",
];

/// Words behind amounts.
pub(super) const NO_PHONE_AFTER: [&str; 46] = [
    "abitanti", "bytes", "chf", "cm", "dollars", "einwohner", "eur", "euro", "euros", "gb", "gbp",
    "ghz", "habitantes", "habitants", "hours", "hz", "inhabitants", "items", "kb", "kg", "km",
    "lines", "m", "mb", "menschen", "mhz", "million", "millionen", "minutes", "mio", "mm", "ms",
    "pages", "people", "personen", "personnes", "pieces", "pounds", "rows", "seconds", "stuck",
    "tb", "units", "usd", "volts", "watts",
];

/// Words before a name.
pub(super) const TITLES: [&str; 70] = [
    "avv", "avvocato", "capt", "captain", "chancellor", "col", "dame", "detective", "docteur",
    "doctor", "doctora", "doktor", "don", "dona", "dott", "dottor", "dottore", "dottoressa", "dr",
    "dra", "egnr", "engr", "father", "frau", "fraulein", "herr", "herrn", "ing", "ingegnere",
    "inspector", "judge", "lady", "lord", "lt", "m", "madame", "mademoiselle", "maitre", "minister",
    "miss", "mister", "mlle", "mme", "monsieur", "mr", "mrs", "ms", "nurse", "officer", "president",
    "prof", "professeur", "professor", "professore", "professors", "rev", "reverend", "senator",
    "senor", "senora", "senorita", "sgt", "sig", "signor", "signora", "signorina", "sir", "sr",
    "sra", "srta",
];

/// Of the titles, those that are common words too: behind them only what may be a name counts.
pub(super) const WEAK_TITLES: [&str; 18] = [
    "captain", "chancellor", "col", "dame", "doctor", "don", "father", "ing", "judge", "lady",
    "lord", "m", "minister", "nurse", "officer", "president", "professor", "senator",
];

/// Words that open a letter.
pub(super) const GREETINGS: [&str; 50] = [
    "abend", "afternoon", "bonjour", "bonsoir", "buenas", "buenos", "buongiorno", "cara", "caro",
    "cher", "chere", "ciao", "coucou", "danke", "dear", "dias", "egregia", "egregio", "estimada",
    "estimado", "evening", "geehrte", "geehrter", "gentile", "gracias", "grazie", "greetings",
    "hallo", "hello", "hey", "hi", "hola", "liebe", "lieber", "liebes", "merci", "moin", "morgen",
    "morning", "noches", "querida", "querido", "salut", "servus", "sorry", "tag", "tardes",
    "thanks", "werte", "werter",
];

/// Words in the place of a name that are none.
pub(super) const NOBODY: [&str; 116] = [
    "admin", "again", "all", "amazon", "amigo", "amigos", "and", "apple", "applicant", "back",
    "board", "buddy", "candidate", "chair", "chairman", "client", "cliente", "clientes", "clienti",
    "clients", "colleague", "colleagues", "collegue", "collegues", "customer", "customers", "dad",
    "damen", "diary", "doctor", "dude", "english", "equipe", "equipo", "everybody", "everyone",
    "facebook", "father", "fellow", "folks", "french", "freund", "freunde", "friend", "friends",
    "german", "god", "google", "greetings", "group", "guys", "herren", "homeowner", "internet",
    "investor", "irish", "italian", "kollegen", "kolleginnen", "kunde", "kunden", "kundin", "linux",
    "list", "lord", "madam", "man", "member", "members", "mesdames", "messieurs", "microsoft",
    "minister", "mom", "mother", "mr", "mrs", "ms", "parents", "partner", "president", "professor",
    "reader", "readers", "regards", "sales", "santa", "secretary", "senores", "signori", "sir",
    "sirs", "spanish", "speaker", "student", "subscriber", "support", "sweetie", "team", "thanks",
    "there", "todas", "todos", "tous", "toutes", "tutti", "user", "users", "valued", "webhosting",
    "webmaster", "welcome", "windows", "world", "yahoo", "zusammen",
];

/// Words that a letter's last line but the name begins or ends with.
pub(super) const CLOSINGS: [&str; 56] = [
    "abbracci", "abrazo", "amities", "atentamente", "baci", "besos", "best", "bientot", "bises",
    "bisous", "bye", "cheers", "ciao", "cordialement", "cordialmente", "danke", "dein", "deine",
    "demain", "euer", "eure", "faithfully", "gracias", "grazie", "greetings", "gruss", "grusse",
    "grussen", "hugs", "later", "lg", "love", "merci", "mfg", "presto", "pronto", "regards",
    "respectfully", "saludes", "saludo", "saludos", "saluti", "sentiments", "sinceramente",
    "sincerely", "slan", "soon", "thanks", "thx", "toi", "truly", "tschuss", "vg", "vous", "wishes",
    "yours",
];

/// Verbs of which only people are the subject.
pub(super) const SAYS: [&str; 44] = [
    "added", "asked", "asks", "chiese", "chiesto", "conto", "demande", "detto", "dicho", "dijo",
    "disse", "dit", "ecrit", "erzahlt", "erzahlte", "escribio", "escrito", "explained", "explique",
    "fragte", "gefragt", "gesagt", "geschrieben", "laughed", "meinte", "mentioned", "nodded",
    "posted", "pregunto", "raccontato", "racconto", "replied", "sagte", "said", "says", "schrieb",
    "scrisse", "scritto", "smiled", "spiegato", "spiego", "told", "writes", "wrote",
];

/// Verbs that come before what somebody wrote.
pub(super) const QUOTES: [&str; 11] = [
    "ecrit", "escribia", "escribio", "mentioned", "said", "says", "schrieb", "scrisse", "scritto",
    "writes", "wrote",
];

/// Fields of mails with people in them.
pub(super) const HEADERS: [&str; 23] = [
    "a", "absender", "an", "auteur", "author", "autor", "autore", "bcc", "cc", "da", "de",
    "destinataire", "destinatario", "empfanger", "expediteur", "from", "kopie", "mittente", "para",
    "per", "sender", "to", "von",
];

/// Words before a colon and a name.
pub(super) const NAME_LABELS: [&str; 53] = [
    "ansprechpartner", "apellido", "apellidos", "applicant", "attention", "attn", "author",
    "beneficiary", "cardholder", "client", "cognome", "contact", "customer", "driver", "empfanger",
    "employee", "fahrer", "firstname", "gast", "guest", "inhaber", "intestatario", "kontakt",
    "kontaktperson", "kontoinhaber", "kunde", "kundin", "lastname", "manager", "mieter",
    "mitarbeiter", "nachname", "name", "names", "nom", "nombre", "nome", "owner", "paciente",
    "passenger", "patient", "paziente", "prenom", "recipient", "signature", "signed", "student",
    "surname", "teacher", "tenant", "titulaire", "titular", "vorname",
];

/// Words for people that a name may follow.
pub(super) const RELATIONS: [&str; 119] = [
    "ami", "amica", "amico", "amie", "amiga", "amigo", "aunt", "boss", "boyfriend", "brother",
    "bruder", "chef", "chefin", "client", "cliente", "colleague", "collega", "collegue",
    "companera", "companero", "cousin", "cousine", "cugina", "cugino", "daughter", "ehefrau",
    "ehemann", "esposa", "esposo", "father", "femme", "fiance", "fiancee", "figlia", "figlio",
    "fille", "fils", "flatmate", "fratello", "frau", "frere", "freund", "freundin", "friend",
    "girlfriend", "grandfather", "grandma", "grandmother", "grandpa", "hermana", "hermano", "hija",
    "hijo", "husband", "inquilina", "inquilino", "kollege", "kollegin", "kundin", "landlady",
    "landlord", "locataire", "madre", "mann", "mari", "marido", "marito", "mere", "mieter",
    "mieterin", "moglie", "mother", "mujer", "mutter", "nachbar", "nachbarin", "neffe", "neighbor",
    "neighbour", "nephew", "nichte", "niece", "oma", "oncle", "onkel", "opa", "paciente", "padre",
    "patient", "patiente", "patientin", "paziente", "pere", "prima", "primo", "roommate",
    "schwester", "sister", "soeur", "sohn", "son", "sorella", "tante", "tenant", "tia", "tio",
    "tochter", "uncle", "vater", "vecina", "vecino", "vermieter", "vicina", "vicino", "voisin",
    "voisine", "wife", "zia", "zio",
];

/// Common words that follow a name and are capitalised, and are no family names.
pub(super) const NO_LAST_NAMES: [&str; 269] = [
    "aber", "about", "address", "adresse", "after", "against", "am", "american", "and", "anschrift",
    "apr", "april", "are", "as", "at", "aug", "august", "avec", "avenue", "be", "been", "before",
    "bei", "birth", "bitte", "book", "books", "born", "british", "but", "by", "can", "ceo", "cfo",
    "chief", "con", "cto", "dans", "das", "date", "day", "days", "dear", "dec", "december", "dem",
    "den", "der", "des", "dezember", "did", "die", "dienstag", "director", "do", "doctor", "does",
    "donnerstag", "du", "e", "ein", "eine", "el", "email", "en", "engineer", "english", "er", "es",
    "esq", "est", "et", "fax", "feb", "februar", "february", "for", "freitag", "french", "fri",
    "friday", "from", "fur", "fw", "fwd", "geburtsdatum", "german", "gli", "group", "had", "has",
    "hat", "he", "head", "hello", "her", "here", "hi", "his", "home", "how", "http", "https", "i",
    "ich", "if", "ihr", "ii", "iii", "il", "im", "in", "inc", "is", "ist", "it", "italian", "its",
    "iv", "jan", "januar", "january", "joins", "jr", "jul", "juli", "july", "jun", "june", "juni",
    "la", "las", "law", "le", "leaves", "les", "linux", "lo", "los", "ltd", "ma", "mai", "mail",
    "mais", "manager", "mar", "march", "marz", "may", "md", "meets", "mit", "mittwoch", "mobile",
    "mon", "monday", "montag", "my", "name", "net", "news", "no", "not", "nov", "november", "now",
    "nummer", "o", "oct", "october", "oder", "of", "oktober", "on", "online", "or", "ou", "our",
    "page", "para", "pero", "phd", "phone", "platz", "please", "pour", "president", "prime", "re",
    "received", "regards", "release", "road", "said", "samstag", "sat", "saturday", "says",
    "senior", "sent", "sep", "sept", "september", "she", "show", "sie", "site", "so", "sonntag",
    "spanish", "sports", "sr", "strasse", "street", "subject", "sun", "sunday", "team", "tel",
    "telefon", "thanks", "that", "the", "then", "there", "they", "this", "thu", "thursday", "to",
    "today", "tue", "tuesday", "uhr", "un", "una", "und", "une", "uno", "versus", "vice", "von",
    "vp", "vs", "war", "was", "we", "web", "wed", "wednesday", "were", "what", "when", "where",
    "who", "why", "will", "win", "windows", "wins", "wir", "with", "world", "wrote", "www", "y",
    "yes", "you", "your",
];

/// Words that lead to places and things rather than to people.
pub(super) const TO_PLACES: [&str; 87] = [
    "a", "agli", "ai", "al", "alla", "allo", "am", "an", "around", "at", "au", "auf", "aus", "aux",
    "beim", "called", "chez", "dans", "das", "dei", "del", "della", "delle", "dem", "den", "der",
    "des", "die", "du", "ein", "eine", "einen", "einer", "eines", "el", "en", "gli", "hacia", "her",
    "his", "i", "il", "im", "in", "ins", "inside", "into", "its", "la", "las", "le", "les", "like",
    "lo", "los", "my", "nach", "near", "nel", "nella", "no", "of", "on", "onto", "our", "outside",
    "over", "sul", "sulla", "sur", "the", "their", "un", "una", "under", "une", "uno", "use",
    "used", "uses", "using", "vers", "via", "within", "your", "zum", "zur",
];

/// Given names that are common words, and whose capital within a sentence makes them names.
pub(super) const COMMON_GIVEN: [&str; 56] = [
    "alba", "amber", "art", "bella", "bill", "blanca", "bob", "buddy", "candy", "chase", "chuck",
    "cliff", "daisy", "dale", "dawn", "dick", "don", "drew", "faith", "frank", "gene", "glen",
    "grace", "grant", "guy", "heath", "hope", "iris", "ivy", "jack", "josh", "joy", "lily", "luz",
    "mark", "max", "miles", "nick", "olive", "pat", "penny", "ray", "reed", "rich", "rob", "rosa",
    "rose", "ruby", "rusty", "sandy", "stella", "sue", "victor", "viola", "violet", "will",
];

/// Small words within names.
pub(super) const PARTICLES: [&str; 30] = [
    "al", "ap", "bin", "da", "dal", "dalla", "das", "de", "del", "della", "delle", "den", "der",
    "di", "dos", "du", "el", "ibn", "la", "las", "le", "los", "ten", "ter", "van", "von", "y", "zu",
    "zum", "zur",
];

/// Words behind a name that make it something else.
pub(super) const ORGANISATIONS: [&str; 205] = [
    "academy", "act", "administration", "ag", "airlines", "airport", "algorithm", "allee", "arena",
    "associates", "association", "avenue", "award", "band", "bank", "bau", "bay", "beach", "bill",
    "books", "boulevard", "bridge", "bros", "brothers", "building", "bv", "castle", "cathedral",
    "center", "centre", "chain", "chains", "championship", "chronicle", "church", "cie", "city",
    "co", "college", "collegio", "company", "conference", "constant", "consulting", "convention",
    "corp", "corporation", "council", "county", "cup", "curve", "diagram", "disease",
    "distribution", "drive", "effect", "engine", "entertainment", "equation", "festival", "field",
    "fields", "figli", "fils", "financial", "fondazione", "foundation", "fundacion", "games",
    "garden", "gardens", "gmbh", "government", "group", "gymnasium", "hall", "haus", "hijos", "hof",
    "holdings", "hospital", "hotel", "house", "inc", "industries", "inequality", "institute",
    "instituto", "insurance", "international", "island", "islands", "istituto", "journal", "kg",
    "kirche", "klinik", "laboratories", "labs", "lake", "lane", "law", "league", "lemma", "library",
    "line", "linux", "llc", "llp", "ltd", "lycee", "magazine", "mall", "markt", "matrix",
    "memorial", "method", "metro", "model", "monument", "motor", "motors", "mountain", "mountains",
    "museum", "news", "number", "numbers", "nv", "ohg", "orchestra", "palace", "park", "partners",
    "party", "pictures", "platz", "plaza", "plc", "post", "press", "prize", "process", "quartet",
    "records", "river", "road", "sa", "sarl", "sas", "scale", "school", "schools", "schule", "se",
    "securities", "services", "show", "sl", "slu", "society", "software", "sohne", "solutions",
    "sons", "spa", "space", "spaces", "square", "srl", "stadium", "station", "statue", "stiftung",
    "strasse", "street", "studios", "syndrome", "systems", "technologies", "technology", "test",
    "tests", "theater", "theatre", "theorem", "times", "tower", "town", "trail", "transform",
    "treaty", "tribune", "trophy", "ug", "universidad", "universita", "universitat", "universite",
    "university", "valley", "verlag", "village", "war", "werke",
];

/// Words before a name that make it a place or a thing.
pub(super) const PLACE_BEFORE: [&str; 70] = [
    "avenida", "avenue", "bad", "banco", "bar", "boulevard", "burg", "cafe", "calle", "camp",
    "cape", "casa", "club", "college", "corso", "east", "el", "estadio", "fort", "hospital",
    "hotel", "il", "ile", "isla", "isola", "lac", "lago", "lake", "las", "los", "mont", "monte",
    "mount", "mt", "new", "north", "palais", "palazzo", "piazza", "place", "platz", "plaza",
    "point", "ponte", "port", "pub", "puente", "puerto", "restaurant", "rio", "rue", "saint",
    "sainte", "san", "sankt", "santa", "santo", "schloss", "south", "st", "stade", "stadio", "the",
    "universidad", "universita", "universite", "university", "via", "villa", "west",
];

/// Words before a secret.
pub(super) const PASSWORDS: [&str; 23] = [
    "accesskey", "apikey", "authtoken", "clave", "contrasena", "geheimnis", "kennung", "kennwort",
    "pass", "passcode", "passphrase", "passwd", "password", "passwort", "pin", "privatekey", "psk",
    "pw", "pwd", "secret", "secretkey", "token", "zugangscode",
];

/// Words in the place of a secret that are none.
pub(super) const NO_SECRET: [&str; 72] = [
    "a", "abgelaufen", "above", "always", "an", "and", "ask", "below", "bool", "bytes", "can",
    "change", "changed", "char", "const", "default", "dimenticata", "empty", "enter", "errata",
    "est", "expired", "expires", "falsch", "false", "field", "follows", "forgotten", "here",
    "hidden", "incorrect", "int", "invalid", "is", "ist", "let", "manager", "must", "my", "needed",
    "never", "none", "not", "null", "olvidada", "optional", "or", "oublie", "please", "protected",
    "protection", "required", "reset", "same", "see", "sent", "should", "str", "string", "text",
    "the", "true", "type", "undefined", "unknown", "value", "var", "vergessen", "was", "will",
    "wrong", "your",
];

/// Words before a date of birth.
pub(super) const BORN: [&str; 20] = [
    "birthdate", "birthday", "born", "dob", "geb", "geboren", "geburtsdatum", "geburtstag", "naci",
    "nacida", "nacido", "nacimiento", "nacio", "naissance", "nascita", "nata", "nato", "natus",
    "ne", "nee",
];

/// Months.
pub(super) const MONTHS: [&str; 68] = [
    "abril", "agosto", "aout", "apr", "april", "aprile", "aug", "august", "avril", "dec",
    "december", "decembre", "dez", "dezember", "dicembre", "diciembre", "enero", "feb", "febbraio",
    "feber", "febrero", "februar", "february", "fevrier", "gennaio", "giugno", "jan", "janner",
    "januar", "january", "janvier", "juillet", "juin", "jul", "juli", "julio", "july", "jun",
    "june", "juni", "junio", "luglio", "maggio", "mai", "mar", "march", "mars", "marz", "marzo",
    "may", "mayo", "nov", "november", "novembre", "noviembre", "oct", "october", "octobre",
    "octubre", "okt", "oktober", "ottobre", "sep", "sept", "september", "septembre", "septiembre",
    "settembre",
];

/// Kinds of streets behind their name, in English.
pub(super) const STREETS_BEHIND: [&str; 87] = [
    "alley", "av", "ave", "avenue", "bend", "blvd", "boulevard", "bypass", "causeway", "cir",
    "circle", "close", "common", "commons", "corner", "court", "cove", "creek", "cres", "crescent",
    "crossing", "ct", "dale", "dr", "drive", "estate", "estates", "expressway", "expwy", "freeway",
    "fwy", "gardens", "glen", "green", "grove", "heights", "highway", "hill", "hollow", "hwy",
    "junction", "landing", "lane", "ln", "loop", "manor", "meadow", "meadows", "mews", "mill",
    "orchard", "park", "parkway", "pass", "path", "pike", "pkwy", "pl", "place", "plaza", "point",
    "quay", "rd", "ridge", "rise", "road", "row", "run", "spur", "sq", "square", "st", "station",
    "street", "ter", "terrace", "track", "trail", "trl", "turnpike", "vale", "view", "village",
    "walk", "way", "wharf", "yard",
];

/// How German and Dutch streets end.
pub(super) const STREET_ENDS: [&str; 30] = [
    "allee", "berg", "brucke", "chaussee", "damm", "garten", "gasse", "graben", "gracht", "hof",
    "kade", "kamp", "laan", "markt", "park", "pfad", "platz", "plein", "ring", "steig", "stieg",
    "str", "straat", "strasse", "tor", "twiete", "ufer", "wall", "weg", "zeile",
];

/// Kinds of streets before their name: French, Spanish, Italian.
pub(super) const STREETS_BEFORE: [&str; 60] = [
    "allee", "av", "avda", "ave", "avenida", "avenue", "bd", "blvd", "borgo", "boulevard", "c",
    "calle", "callejon", "camino", "carretera", "chemin", "cite", "contrada", "corso", "cour",
    "cours", "esplanade", "faubourg", "glorieta", "impasse", "largo", "lungomare", "lungotevere",
    "p", "parc", "paseo", "passage", "piazza", "piazzale", "pl", "place", "plaza", "praza", "prom",
    "promenade", "pza", "quai", "rambla", "residence", "ronda", "route", "rua", "rue", "ruelle",
    "salita", "sentier", "square", "strada", "travesia", "v", "venelle", "via", "viale", "vicolo",
    "villa",
];

/// Words that German names of streets begin with.
pub(super) const GERMAN_PREPOSITIONS: [&str; 24] = [
    "alte", "alter", "altes", "am", "an", "auf", "bei", "beim", "grosse", "hinter", "im", "in",
    "kleine", "kurze", "lange", "neue", "neuer", "obere", "unter", "untere", "unterer", "vor",
    "zum", "zur",
];

/// Parts of a house.
pub(super) const UNITS: [&str; 29] = [
    "apartment", "appt", "apt", "bat", "batiment", "bldg", "building", "esc", "escalera", "etage",
    "flat", "floor", "hinterhaus", "int", "interno", "lot", "piano", "piso", "planta", "puerta",
    "rm", "room", "scala", "ste", "stock", "suite", "unit", "whg", "wohnung",
];

/// States of the USA.
pub(super) const STATES: [&str; 51] = [
    "ak", "al", "ar", "az", "ca", "co", "ct", "dc", "de", "fl", "ga", "hi", "ia", "id", "il", "in",
    "ks", "ky", "la", "ma", "md", "me", "mi", "mn", "mo", "ms", "mt", "nc", "nd", "ne", "nh", "nj",
    "nm", "nv", "ny", "oh", "ok", "or", "pa", "ri", "sc", "sd", "tn", "tx", "ut", "va", "vt", "wa",
    "wi", "wv", "wy",
];

/// Words before a number that an office gave.
pub(super) const IDENTITIES: [&str; 23] = [
    "ausweis", "ausweisnummer", "dni", "fiscale", "fuhrerschein", "licence", "license", "nie",
    "nif", "nino", "nir", "pasaporte", "passaporto", "passeport", "passport", "passports",
    "personalausweis", "reisepass", "sozialversicherungsnummer", "ssn",
    "steueridentifikationsnummer", "steuernummer", "versicherungsnummer",
];
