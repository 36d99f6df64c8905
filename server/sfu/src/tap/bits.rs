//! Reads what stands in a header bit by bit.

/// The bits of some bytes, the highest of each byte first. Reading beyond the end gives none.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// One bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of up to 32 bits.
    pub(super) fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number: u32, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    /// Leaves out some bits.
    pub(super) fn skip(&mut self, bits: usize) -> Option<()> {
        self.at += bits;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number that says itself how long it is (ITU-T H.264, 9.1: `ue(v)`).
    pub(super) fn exponential(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.number(zeros)?)
    }

    /// The same with a sign (`se(v)`).
    pub(super) fn signed_exponential(&mut self) -> Option<i64> {
        let number = i64::from(self.exponential()?);
        Some(if number % 2 == 1 { number / 2 + 1 } else { -(number / 2) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_one_after_another_until_the_end() {
        // 1, 010, 011, 00100, 00101, 1
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1100_0000]);
        let read: Vec<_> = (0..5).map(|_| bits.exponential().unwrap()).collect();
        assert_eq!(read, [0, 1, 2, 3, 4]);
        assert_eq!((bits.flag(), bits.number(6), bits.flag()), (Some(true), Some(0), None));
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1100_0000]);
        let read: Vec<_> = (0..5).map(|_| bits.signed_exponential().unwrap()).collect();
        assert_eq!(read, [0, 1, -1, 2, -2]);
        assert_eq!(Bits::new(&[0; 8]).exponential(), None);
        assert_eq!(Bits::new(&[0; 4]).skip(33), None);
        assert_eq!(Bits::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]).exponential(), Some((1 << 31) - 1 + 0x7fff_ffff));
    }
}
