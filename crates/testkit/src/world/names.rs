//! Names of people who do not exist, put together from common given and family names.

use crate::seeds::Draws;

/// The language that a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// Persian, written from right to left.
    Persian,
    /// Chinese, in the traditional characters of Taiwan.
    Chinese,
}

impl Language {
    /// The tag of the language, as shops write it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Persian => "fa",
            Self::Chinese => "zh-TW",
        }
    }

    /// Countries to which the shop sends in this language.
    pub(super) const fn countries(self) -> &'static [&'static str] {
        match self {
            Self::English => &[
                "United Kingdom",
                "Ireland",
                "Germany",
                "Netherlands",
                "Canada",
            ],
            Self::Persian => &["Iran"],
            Self::Chinese => &["Taiwan"],
        }
    }
}

/// A person's name: as they write it, and in Latin letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The given name, in the person's script.
    pub given: &'static str,
    /// The family name, in the person's script.
    pub family: &'static str,
    /// Given and family name in lower case Latin letters, joined by a point.
    pub latin: String,
    /// The whole name in the person's script and order.
    pub shown: String,
}

/// A name in its script and in Latin letters.
type Part = (&'static str, &'static str);

const PERSIAN_GIVEN: &[Part] = &[
    ("سارا", "sara"),
    ("مریم", "maryam"),
    ("زهرا", "zahra"),
    ("نگار", "negar"),
    ("شیرین", "shirin"),
    ("لیلا", "leila"),
    ("پریسا", "parisa"),
    ("مهسا", "mahsa"),
    ("فاطمه", "fatemeh"),
    ("یاسمن", "yasaman"),
    ("آرزو", "arezoo"),
    ("نیلوفر", "niloofar"),
    ("علی", "ali"),
    ("رضا", "reza"),
    ("حسین", "hossein"),
    ("امیر", "amir"),
    ("کاوه", "kaveh"),
    ("آرش", "arash"),
    ("سیاوش", "siavash"),
    ("بهرام", "bahram"),
    ("محمد", "mohammad"),
    ("نیما", "nima"),
    ("پویا", "pouya"),
    ("کیان", "kian"),
];
const PERSIAN_FAMILY: &[Part] = &[
    ("کریمی", "karimi"),
    ("محمدی", "mohammadi"),
    ("احمدی", "ahmadi"),
    ("رضایی", "rezaei"),
    ("حسینی", "hosseini"),
    ("موسوی", "mousavi"),
    ("هاشمی", "hashemi"),
    ("جعفری", "jafari"),
    ("کریمی‌نژاد", "kariminejad"),
    ("نوری", "nouri"),
    ("صادقی", "sadeghi"),
    ("اکبری", "akbari"),
    ("رستمی", "rostami"),
    ("شریفی", "sharifi"),
    ("قاسمی", "ghasemi"),
    ("یوسفی", "yousefi"),
    ("بهرامی", "bahrami"),
    ("تهرانی", "tehrani"),
    ("شیرازی", "shirazi"),
    ("کاظمی", "kazemi"),
    ("فرهادی", "farhadi"),
    ("زارعی", "zarei"),
    ("مرادی", "moradi"),
    ("ملک‌زاده", "malekzadeh"),
];
const CHINESE_GIVEN: &[Part] = &[
    ("小明", "xiaoming"),
    ("怡君", "yijun"),
    ("淑芬", "shufen"),
    ("雅婷", "yating"),
    ("志明", "zhiming"),
    ("春嬌", "chunjiao"),
    ("家豪", "jiahao"),
    ("冠宇", "guanyu"),
    ("詩涵", "shihan"),
    ("美玲", "meiling"),
    ("俊傑", "junjie"),
    ("宗翰", "zonghan"),
    ("欣怡", "xinyi"),
    ("佳穎", "jiaying"),
    ("承恩", "chengen"),
    ("柏翰", "bohan"),
    ("子晴", "ziqing"),
    ("品妍", "pinyan"),
    ("建宏", "jianhong"),
    ("惠美", "huimei"),
    ("宇", "yu"),
    ("靜", "jing"),
    ("思妤", "siyu"),
    ("彥廷", "yanting"),
];
const CHINESE_FAMILY: &[Part] = &[
    ("陳", "chen"),
    ("林", "lin"),
    ("黃", "huang"),
    ("張", "zhang"),
    ("李", "li"),
    ("王", "wang"),
    ("吳", "wu"),
    ("劉", "liu"),
    ("蔡", "cai"),
    ("楊", "yang"),
    ("許", "xu"),
    ("鄭", "zheng"),
    ("謝", "xie"),
    ("郭", "guo"),
    ("洪", "hong"),
    ("邱", "qiu"),
    ("曾", "zeng"),
    ("廖", "liao"),
    ("賴", "lai"),
    ("徐", "xu"),
    ("周", "zhou"),
    ("葉", "ye"),
    ("歐陽", "ouyang"),
    ("蘇", "su"),
];
const ENGLISH_GIVEN: &[Part] = &[
    ("Olivia", "olivia"),
    ("Amelia", "amelia"),
    ("Grace", "grace"),
    ("Zoë", "zoe"),
    ("Hannah", "hannah"),
    ("Chloé", "chloe"),
    ("Ruth", "ruth"),
    ("Aoife", "aoife"),
    ("Priya", "priya"),
    ("Naomi", "naomi"),
    ("Martha", "martha"),
    ("Siân", "sian"),
    ("Oliver", "oliver"),
    ("George", "george"),
    ("Arthur", "arthur"),
    ("Noah", "noah"),
    ("José", "jose"),
    ("Kwame", "kwame"),
    ("Liam", "liam"),
    ("Seán", "sean"),
    ("Thomas", "thomas"),
    ("Daniel", "daniel"),
    ("Imran", "imran"),
    ("Leo", "leo"),
];
const ENGLISH_FAMILY: &[Part] = &[
    ("Smith", "smith"),
    ("Jones", "jones"),
    ("Taylor", "taylor"),
    ("Brown", "brown"),
    ("Williams", "williams"),
    ("O’Brien", "obrien"),
    ("Murphy", "murphy"),
    ("Evans", "evans"),
    ("García", "garcia"),
    ("Müller", "muller"),
    ("Okafor", "okafor"),
    ("Patel", "patel"),
    ("Lewis-Hart", "lewishart"),
    ("Walker", "walker"),
    ("Green", "green"),
    ("Wood", "wood"),
    ("Clarke", "clarke"),
    ("McDonald", "mcdonald"),
    ("Hughes", "hughes"),
    ("Baker", "baker"),
    ("de Vries", "devries"),
    ("Campbell", "campbell"),
    ("Singh", "singh"),
    ("Ward", "ward"),
];

/// A name in this language.
pub(super) fn name(language: Language, draws: &mut Draws) -> Name {
    let (given, family) = match language {
        Language::English => (ENGLISH_GIVEN, ENGLISH_FAMILY),
        Language::Persian => (PERSIAN_GIVEN, PERSIAN_FAMILY),
        Language::Chinese => (CHINESE_GIVEN, CHINESE_FAMILY),
    };
    let (given, given_latin) = *draws.pick(given);
    let (family, family_latin) = *draws.pick(family);
    let shown = match language {
        Language::Chinese => format!("{family}{given}"),
        _ => format!("{given} {family}"),
    };
    Name {
        given,
        family,
        latin: format!("{given_latin}.{family_latin}"),
        shown,
    }
}
