//! Days of the data sets as numbers.

/// Days since 1970-01-01 of a Gregorian date, counted in years that begin in March.
pub(crate) fn day_number(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + (153 * month + 2) / 5 + day - 719_469
}

#[test]
fn known_days() {
    assert_eq!(day_number(1970, 1, 1), 0);
    assert_eq!(day_number(2000, 3, 1), 11_017);
    assert_eq!(day_number(1997, 9, 30) - day_number(1997, 1, 1), 272);
}
