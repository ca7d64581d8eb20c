//! What somebody sees of a person whose name is none of their business: enough to tell two
//! people in a list apart, too little to know or reach either.

/// The sign that stands for what is hidden.
const HIDDEN: &str = "•••";
/// Digits that stay at the end of a phone number.
const PHONE_DIGITS: usize = 2;

/// A name: the first letter of its first two words. However long it is, the mask is as long.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let initials: Vec<String> = name
        .split_whitespace()
        .take(2)
        .filter_map(|word| word.chars().find(|it| it.is_alphanumeric()))
        .map(|initial| format!("{initial}{HIDDEN}"))
        .collect();
    if initials.is_empty() {
        HIDDEN.to_owned()
    } else {
        initials.join(" ")
    }
}

/// An e-mail address: the first letter, and the end of the domain. The rest of the domain goes
/// too, since a person may be the only one who has it.
#[must_use]
pub fn mask_email(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return mask_name(address);
    };
    let initial: String = local.chars().take(1).collect();
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{initial}{HIDDEN}@{HIDDEN}.{ending}")
}

/// A phone number: its last two digits, in whatever script it was written.
#[must_use]
pub fn mask_phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(|it| it.is_numeric()).collect();
    // Of a short number two digits are too much of it.
    let shown = if digits.len() > 3 * PHONE_DIGITS {
        PHONE_DIGITS
    } else {
        0
    };
    let end: String = digits[digits.len() - shown..].iter().collect();
    format!("{HIDDEN}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_tell_little() {
        let check = |masked: String, expected: &str| assert_eq!(masked, expected);
        check(mask_name("Sara Ahmadi"), "S••• A•••");
        check(mask_name("مریم کریمی‌نژاد"), "م••• ک•••");
        check(mask_name("王小明"), "王•••");
        check(mask_name("Ana Maria da Silva"), "A••• M•••");
        check(mask_name(""), "•••");
        check(mask_name("\u{202e} <script>"), "s•••");
        check(mask_email("sara@example.com"), "s•••@•••.com");
        check(mask_email("\"a@b\"@mail.example.org"), "\"•••@•••.org");
        check(mask_email("nobody"), "n•••");
        check(mask_email("@"), "•••@•••.");
        check(mask_phone("+98 912 345 6789"), "•••89");
        check(mask_phone("۰۹۱۲۳۴۵۶۷۸۹"), "•••۸۹");
        check(mask_phone("110"), "•••");
        check(mask_phone("none"), "•••");
    }
}
