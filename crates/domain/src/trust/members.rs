//! Who is on a list, in few bytes: a million customers in five megabytes, and one of them found by
//! reading a 256th of it.
//!
//! Of each id the last five bytes are kept, which chance made; of two customers in a million
//! millions one is taken for the other. They are sorted, and each is written as its distance
//! from the one before.

use std::collections::BTreeMap;

use crate::ids::StreamId;

/// In which part of a list a customer is looked for, and under which number.
#[must_use]
pub fn member_place(customer: StreamId) -> (u8, u64) {
    let bytes = customer.bytes();
    let number = bytes[11..].iter();
    let number = number.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    (bytes[10], number)
}

/// The parts of a list.
#[must_use]
pub fn pack_members(customers: impl IntoIterator<Item = StreamId>) -> BTreeMap<u8, Vec<u8>> {
    let mut parts: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    for (part, number) in customers.into_iter().map(member_place) {
        parts.entry(part).or_default().push(number);
    }
    let packed = parts.into_iter().map(|(part, mut numbers)| {
        numbers.sort_unstable();
        numbers.dedup();
        let mut bytes = Vec::with_capacity(numbers.len() * 4);
        let mut before = 0;
        for number in numbers {
            put(&mut bytes, number - before);
            before = number;
        }
        (part, bytes)
    });
    packed.collect()
}

/// Whether a number stands in a part.
#[must_use]
pub fn has_member(part: &[u8], number: u64) -> bool {
    let mut last: u64 = 0;
    let mut distance: u64 = 0;
    let mut shift = 0;
    for byte in part {
        distance |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add(distance);
            if last >= number {
                return last == number;
            }
            (distance, shift) = (0, 0);
        }
    }
    false
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_whom_it_was_made_of_and_nobody_else() {
        let customer = |number: u32| {
            // Spread over the parts, with small and with large distances.
            let mixed = number.wrapping_mul(2_654_435_761).to_be_bytes();
            let mut bytes = [7; 16];
            bytes[10..14].copy_from_slice(&mixed);
            bytes[15] = (number % 3) as u8;
            StreamId::from_bytes(bytes)
        };
        let list = pack_members((0..10_000).step_by(2).map(customer));
        let size: usize = list.values().map(Vec::len).sum();
        assert!(size < 5_000 * 7, "{size}");
        for number in 0..10_000 {
            let (part, place) = member_place(customer(number));
            let has = list.get(&part).is_some_and(|part| has_member(part, place));
            assert_eq!(has, number % 2 == 0, "{number}");
        }
        assert!(
            !has_member(&[0xff; 40], 1),
            "bytes that are no list end, too"
        );
    }
}
