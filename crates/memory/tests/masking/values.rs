//! Values to fill templates with: drawn lists (see `README.md`), and numbers made by the forms of each country.

use std::collections::BTreeMap;

use super::random::Random;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";

/// Lists by language and kind.
pub(crate) struct Values(BTreeMap<String, Vec<&'static str>>);

impl Values {
    pub(crate) fn read() -> Self {
        let mut lists: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in include_str!("values.txt").lines() {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().expect("a line has a language, a kind and a value");
            let list = format!("{} {}", part(), part());
            lists.entry(list).or_default().push(part());
        }
        Self(lists)
    }

    pub(crate) fn draw(&self, language: &str, kind: &str, random: &mut Random) -> String {
        random.pick(&self.0[&format!("{language} {kind}")]).to_owned()
    }
}

pub(crate) fn street(language: &str, values: &Values, random: &mut Random) -> String {
    let name = values.draw(language, "street", random);
    let number = random.between(1, 220);
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match language {
        "en" => {
            // Kinds of streets that people live in; the drawn list has bays and parkways too.
            let suffix = random.pick(&[
                "Street",
                "Road",
                "Avenue",
                "Lane",
                "Drive",
                "St",
                "Rd.",
                "Ave",
                "Court",
                "Way",
                "Boulevard",
                "Close",
                "Terrace",
                "Place",
                "Crescent",
            ]);
            let unit = random.pick(&["", "", "", ", Apt 4", " #12", ", Suite 200"]);
            format!("{number} {name} {suffix}{unit}")
        }
        "de" => format!("{name} {number}{}", random.pick(&["", "", "", "a", " b"])),
        "fr" => {
            let kind = random.pick(&[
                "rue",
                "avenue",
                "boulevard",
                "place",
                "allée",
                "chemin",
                "rue",
                "impasse",
            ]);
            format!("{number}{} {kind} {name}", random.pick(&["", "", " bis", ","]))
        }
        "es" if begins(&[
            "Calle",
            "Av",
            "Rúa",
            "Rua",
            "Plaza",
            "Praza",
            "Camino",
            "Paseo",
            "Carretera",
            "Ronda",
            "Travesía",
        ]) =>
        {
            format!("{name}, {number}")
        }
        "es" => format!(
            "{} {name}{} {number}",
            random.pick(&["Calle", "Avenida", "Plaza", "Paseo", "C/"]),
            random.pick(&[",", "", " nº"])
        ),
        _ => format!(
            "{} {name}{} {number}",
            random.pick(&["Via", "via", "Viale", "Piazza", "Corso"]),
            random.pick(&["", ","])
        ),
    }
}

pub(crate) fn place(slot: &str, language: &str, values: &Values, random: &mut Random) -> String {
    let city = values.draw(language, "city", random);
    match (slot, language) {
        ("usplace", _) => format!(
            "{city}, {} {}",
            random.pick(&["CA", "NY", "TX", "IL", "WA", "OH", "FL"]),
            random.pattern("%####")
        ),
        ("ukplace", _) => {
            let code = random.one_of(&["SW%A %AA", "M% %AB", "EH%# %NG", "LS%# %TF", "OX% %JD"]);
            format!("{} {code}", random.pick(&["London", "Leeds", "Bristol", "York", "Cardiff"]))
        }
        ("place", "en") => format!("{city} {}", random.pattern("%####")),
        _ => format!("{} {city}", random.pattern("%###%")),
    }
}

pub(crate) fn mail(language: &str, values: &Values, random: &mut Random) -> String {
    let plain = |word: String| {
        let word: String =
            word.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        if word.is_empty() { "box".to_owned() } else { word }
    };
    let given = plain(values.draw(language, "given", random));
    let family = plain(values.draw(language, "family", random));
    let host = random.pick(&[
        "example.com",
        "mail.example.org",
        "gmx.de",
        "orange.fr",
        "uni-example.it",
        "web-mail.co.uk",
        "example.es",
        "proton.me",
    ]);
    let number = random.between(1, 99);
    let local = match random.below(5) {
        0 => format!("{given}.{family}"),
        1 => format!("{}{family}{number}", &given[..1]),
        2 => format!("{given}_{number}"),
        3 => format!("{given}+shop"),
        _ => family,
    };
    format!("{local}@{host}")
}

pub(crate) fn phone(language: &str, random: &mut Random) -> String {
    let forms: &[&str] = match language {
        "en" => &[
            "(?##) ?##-####",
            "?##-?##-####",
            "+1 ?## ?## ####",
            "1-8##-?##-####",
            "?##.?##.####",
            "+44 20 7### ####",
            "020 7### ####",
            "07### ######",
        ],
        "de" => &[
            "+49 30 %######",
            "030 %######",
            "0171 %######",
            "0%##/%#####",
            "+49 (0)89 %#####-##",
            "0049 221 %######",
            "0151 %### ####",
        ],
        "fr" => &[
            "06 ## ## ## ##",
            "01.##.##.##.##",
            "+33 6 ## ## ## ##",
            "0# ## ## ## ##",
            "+33 (0)1 ## ## ## ##",
        ],
        "es" => {
            &["6## ### ###", "91 ### ## ##", "+34 6## ### ###", "9## ## ## ##", "+34 91 ### ## ##"]
        }
        _ => &["3## #######", "06 ########", "+39 3## ### ####", "02 #### ####", "011 #######"],
    };
    random.one_of(forms)
}

pub(crate) fn card(random: &mut Random) -> String {
    let lead = random.pick(&["4", "51", "55", "34", "37", "6011", "2221"]);
    let length = if matches!(lead, "34" | "37") { 15 } else { 16 };
    let mut number = format!("{lead}{}", random.digits(length - 1 - lead.len()));
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 1 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    number.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
    let groups: &[usize] = if length == 15 { &[4, 6, 5] } else { &[4, 4, 4, 4] };
    grouped(&number, groups, random.pick(&["", " ", "-", " "]))
}

fn grouped(number: &str, groups: &[usize], joint: &str) -> String {
    let mut at = 0;
    let parts: Vec<&str> = groups
        .iter()
        .map(|length| {
            at += length;
            &number[at - length..at]
        })
        .collect();
    parts.join(joint)
}

pub(crate) fn iban(language: &str, random: &mut Random) -> String {
    let (country, account) = match language {
        "de" => ("DE", random.digits(18)),
        "fr" => ("FR", random.digits(23)),
        "es" => ("ES", random.digits(20)),
        "it" => ("IT", format!("X{}", random.digits(22))),
        _ => ("GB", format!("NWBK{}", random.digits(14))),
    };
    let turned = format!("{account}{country}00");
    let remainder = turned.chars().fold(0u64, |sum, letter| match letter.to_digit(36) {
        Some(value) if value > 9 => (sum * 100 + u64::from(value)) % 97,
        value => (sum * 10 + u64::from(value.unwrap_or_default())) % 97,
    });
    let iban = format!("{country}{:02}{account}", 98 - remainder);
    if random.below(2) == 0 {
        return iban;
    }
    let letters: Vec<char> = iban.chars().collect();
    letters.chunks(4).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn ip(random: &mut Random) -> String {
    // Not those that mean the machine itself.
    let first = random.pick(&["10", "23", "81", "130", "172", "192", "203", "217"]);
    let mut part = |low| random.between(low, 254);
    format!("{first}.{}.{}.{}", part(0), part(0), part(1))
}

pub(crate) fn ip6(random: &mut Random) -> String {
    let mut part = || random.letters(HEXADECIMAL, 4);
    let (first, second, third) = (part(), part(), part());
    let short = format!("2001:db8:{first}::{second}");
    let long = format!("fe80:0:0:0:{first}:{second}:{third}:1");
    [short, long][random.below(2)].clone()
}

pub(crate) fn password(random: &mut Random) -> String {
    let length = random.between(8, 14);
    let tail = random.pick(&["!", "7", "#4", "_9", "x2"]);
    format!("{}{tail}", random.letters(ALPHANUMERIC, length))
}

pub(crate) fn key(random: &mut Random) -> String {
    let (prefix, length) =
        [("sk_live_", 24), ("ghp_", 36), ("AKIA", 0), ("", 40), ("AIza", 35)][random.below(5)];
    if prefix == "AKIA" {
        return format!("AKIA{}", random.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16));
    }
    format!("{prefix}{}", random.letters(ALPHANUMERIC, length))
}

pub(crate) fn token(random: &mut Random) -> String {
    if random.below(2) == 0 {
        return random.letters(ALPHANUMERIC, 40);
    }
    format!(
        "eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}",
        random.letters(ALPHANUMERIC, 40),
        random.letters(ALPHANUMERIC, 43)
    )
}

pub(crate) fn private_key(random: &mut Random) -> String {
    let kind = random.pick(&["OPENSSH ", "RSA ", "", "EC "]);
    let body: Vec<String> = (0..4).map(|_| random.letters(ALPHANUMERIC, 64)).collect();
    format!(
        "-----BEGIN {kind}PRIVATE KEY-----\n{}\n-----END {kind}PRIVATE KEY-----",
        body.join("\n")
    )
}

pub(crate) fn social_security(random: &mut Random) -> String {
    format!(
        "{}-{:02}-{:04}",
        random.between(100, 665),
        random.between(1, 99),
        random.between(1, 9999)
    )
}

pub(crate) fn passport(random: &mut Random) -> String {
    random.one_of(&["C%#######", "%########", "X%######", "P%#######"])
}

pub(crate) fn date(language: &str, birth: bool, random: &mut Random) -> String {
    let (day, month) = (random.between(1, 28), random.below(12));
    let year = if birth { random.between(1935, 2008) } else { random.between(2010, 2025) };
    let names = match language {
        "en" => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        "de" => [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        "fr" => [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        "es" => [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        _ => [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
    };
    let name = names[month];
    let number = month + 1;
    match (random.below(3), language) {
        (0, "en") => format!("{name} {day}, {year}"),
        (0, "de") => format!("{day}. {name} {year}"),
        (0, "es") => format!("{day} de {name} de {year}"),
        (0, _) => format!("{day} {name} {year}"),
        (1, "en") => format!("{number:02}/{day:02}/{year}"),
        (1, "de") => format!("{day:02}.{number:02}.{year}"),
        (1, _) => format!("{day:02}/{number:02}/{year}"),
        (_, "en") => format!("{year}-{number:02}-{day:02}"),
        (_, "de") => format!("{day}.{number}.{year}"),
        _ => format!("{day}/{number}/{year}"),
    }
}

/// What tells nothing of anybody, and looks as if.
pub(crate) fn impersonal(slot: &str, language: &str, random: &mut Random) -> String {
    match slot {
        "date" => date(language, false, random),
        "time" => format!("{}:{:02}", random.between(8, 21), random.below(60)),
        "year" => random.between(1950, 2025).to_string(),
        "count" => random.between(2, 4_000).to_string(),
        "percent" => format!("{}.{} %", random.below(40), random.below(10)),
        "price" => {
            let forms: &[&str] = match language {
                "en" => &["$%,###.##", "£%##", "$%##,###", "USD %###.##"],
                "de" => &["%##,## €", "%.### Euro", "EUR %##,##"],
                _ => &["%## €", "%.###,## €", "%## ### euros"],
            };
            let form = if language == "it" { "%##,## euro" } else { random.pick(forms) };
            random.pattern(form)
        }
        "order" => random
            .one_of(&["#%#######", "A-####-####", "%#########", "2024/####", "PO-######"])
            .replacen('#', "4", 1),
        "sku" => {
            random.one_of(&["RX-####-##", "####-###-##", "B0##XY##ZK", "%##.###.##", "SN####%###A"])
        }
        "version" => random.one_of(&["%.#.##", "v%.##.#", "20##.#.#", "%#.0.####.##"]),
        "isbn" => {
            random.one_of(&["978-3-16-######-#", "978%#########", "3-598-#####-X", "0-306-#####-#"])
        }
        "hash" => random.letters(HEXADECIMAL, 40),
        "shorthash" => random.letters(HEXADECIMAL, 8),
        "uuid" => [8, 4, 4, 4, 12].map(|length| random.letters(HEXADECIMAL, length)).join("-"),
        "base64" => {
            random.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 240)
        }
        "login" => format!("user{}", random.digits(3)),
        "badcard" => {
            // One digit wrong: the checksum cannot be right.
            let mut number = card(random).into_bytes();
            let last = number.len() - 1;
            number[last] = b'0' + (number[last] - b'0' + 1) % 10;
            String::from_utf8(number).expect("digits are text")
        }
        "badiban" => {
            let mut number = iban("de", random).into_bytes();
            let last = number.len() - 1;
            number[last] = b'0' + (number[last] - b'0' + 1) % 10;
            String::from_utf8(number).expect("letters and digits are text")
        }
        "company" => random
            .pick(&[
                "Siemens",
                "Deutsche Bank",
                "Toyota",
                "Johnson & Johnson",
                "Philip Morris International",
                "Ernst & Young",
                "Goldman Sachs",
                "Airbus",
                "Renault",
                "Carrefour",
                "Santander",
                "Barilla",
                "Martini Consulting GmbH",
                "Peters Software Ltd",
                "Baker Hughes",
                "Hewlett Packard",
                "Ferrero",
                "Telefónica",
                "Bosch",
                "Porsche",
            ])
            .to_owned(),
        _ => panic!("no slot is called {slot}"),
    }
}
