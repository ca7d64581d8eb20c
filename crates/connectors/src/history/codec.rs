//! The compact bytes in which lines and documents wait to be sorted.
//!
//! Numbers are seven bits a byte, low end first; signed ones are folded so that small ones stay
//! small; texts carry their length. Only this program writes and reads these bytes, within one
//! run, so they have no version. What cannot be read back means that the temporary file was
//! damaged, and is an error, never a panic.

use std::io;

use domain::events::{Channel, LineKind};
use domain::money::Currency;

/// Every kind of line; its place here is its byte.
const KINDS: [LineKind; 6] = [
    LineKind::Product,
    LineKind::Postage,
    LineKind::Fee,
    LineKind::Sample,
    LineKind::Voucher,
    LineKind::Adjustment,
];

pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_number(out, ((number << 1) ^ (number >> 63)) as u64);
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(super) fn put_currency(out: &mut Vec<u8>, currency: Currency) {
    out.extend_from_slice(currency.code().as_bytes());
}

pub(super) fn put_channel(out: &mut Vec<u8>, channel: Channel) {
    let place = Channel::ALL.iter().position(|other| *other == channel);
    out.push(place.expect("ALL lists every channel") as u8);
}

pub(super) fn put_kind(out: &mut Vec<u8>, kind: LineKind) {
    let place = KINDS.iter().position(|other| *other == kind);
    out.push(place.expect("KINDS lists every kind") as u8);
}

/// Reads the bytes back, from the front.
#[derive(Clone, Copy)]
pub(super) struct Taker<'a>(pub(super) &'a [u8]);

/// The temporary file does not say what was written to it.
pub(super) fn damaged() -> io::Error {
    let sentence = "a temporary file of the import was damaged; run the import again";
    io::Error::new(io::ErrorKind::InvalidData, sentence)
}

impl<'a> Taker<'a> {
    fn raw(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(front)
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        Ok(self.raw(1)?[0])
    }

    pub(super) fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    pub(super) fn signed(&mut self) -> io::Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn bytes(&mut self) -> io::Result<&'a [u8]> {
        let count = usize::try_from(self.number()?).map_err(|_| damaged())?;
        self.raw(count)
    }

    pub(super) fn text(&mut self) -> io::Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| damaged())
    }

    pub(super) fn currency(&mut self) -> io::Result<Currency> {
        let code = std::str::from_utf8(self.raw(3)?).map_err(|_| damaged())?;
        code.parse().map_err(|_| damaged())
    }

    pub(super) fn channel(&mut self) -> io::Result<Channel> {
        let place = usize::from(self.byte()?);
        Channel::ALL.get(place).copied().ok_or_else(damaged)
    }

    pub(super) fn kind(&mut self) -> io::Result<LineKind> {
        let place = usize::from(self.byte()?);
        KINDS.get(place).copied().ok_or_else(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        numbers.iter().for_each(|n| put_number(&mut bytes, *n));
        signed.iter().for_each(|n| put_signed(&mut bytes, *n));
        KINDS.iter().for_each(|kind| put_kind(&mut bytes, *kind));
        put_channel(&mut bytes, Channel::Device);
        put_currency(&mut bytes, Currency::IRR);
        put_bytes(&mut bytes, "فانوس".as_bytes());
        let mut taker = Taker(&bytes);
        numbers
            .iter()
            .for_each(|n| assert_eq!(taker.number().unwrap(), *n));
        signed
            .iter()
            .for_each(|n| assert_eq!(taker.signed().unwrap(), *n));
        KINDS
            .iter()
            .for_each(|kind| assert_eq!(taker.kind().unwrap(), *kind));
        assert_eq!(taker.channel().unwrap(), Channel::Device);
        assert_eq!(taker.currency().unwrap(), Currency::IRR);
        assert_eq!(taker.text().unwrap(), "فانوس");
        assert!(taker.0.is_empty());
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        assert!(Taker(&[0xff; 20]).number().is_err());
        assert!(Taker(&[5, 1]).bytes().is_err());
        assert!(Taker(&[99]).kind().is_err());
        assert!(Taker(&[99]).channel().is_err());
        assert!(Taker(b"1.2").currency().is_err());
        assert!(Taker(&[]).byte().is_err());
    }
}
