//! The part of the crate `crc-fast` that S3 clients and servers use: three cyclic redundancy checks, by well-kept crates.
//!
//! `aws-smithy-checksums` and `s3s` ask `crc-fast` for a sum by a name that is known only when the program runs, so the tables of all its sums are
//! linked: 0.6 MB in each function, which hardly compress. This crate takes its place (`patch` in the workspace's `Cargo.toml`) and has what they
//! ask for: the sums of S3's `x-amz-checksum-crc32`, `-crc32c` and `-crc64nvme`
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>). Should they ask for more one day, the build says so.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc};

/// CRC-32C, with the smallest table: the client never asks for it by itself.
static CASTAGNOLI: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
/// CRC-64/NVME, likewise.
static NVME: Crc<u64> = Crc::<u64>::new(&CRC_64_NVME);

/// A sum by its name in the catalogue of <https://reveng.sourceforge.io/crc-catalogue/all.htm>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32 of zip, PNG and Ethernet: what the S3 client adds to each upload.
    Crc32IsoHdlc,
    /// CRC-32C.
    Crc32Iscsi,
    /// CRC-64/NVME.
    Crc64Nvme,
}

/// A sum in the making.
#[derive(Clone)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    IsoHdlc(crc32fast::Hasher),
    Iscsi(crc::Digest<'static, u32>),
    Nvme(crc::Digest<'static, u64>),
}

impl Digest {
    /// Of nothing yet.
    #[must_use]
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::IsoHdlc(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Iscsi(CASTAGNOLI.digest()),
            CrcAlgorithm::Crc64Nvme => State::Nvme(NVME.digest()),
        })
    }

    /// Adds what follows.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::IsoHdlc(sum) => sum.update(data),
            State::Iscsi(sum) => sum.update(data),
            State::Nvme(sum) => sum.update(data),
        }
    }

    /// The sum of all that was added; one of 32 bits stands in the lower half.
    #[must_use]
    pub fn finalize(&self) -> u64 {
        match self.0.clone() {
            State::IsoHdlc(sum) => u64::from(sum.finalize()),
            State::Iscsi(sum) => u64::from(sum.finalize()),
            State::Nvme(sum) => sum.finalize(),
        }
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({:x})", self.finalize())
    }
}

/// The sum of `data`.
#[must_use]
pub fn checksum(algorithm: CrcAlgorithm, data: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(data);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue names the sum of the nine digits for each ("check"), so nothing here judges itself.
    #[test]
    fn the_sums_are_those_of_the_catalogue() {
        let expected = [
            (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
            (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
            (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ];
        for (algorithm, sum) in expected {
            assert_eq!(checksum(algorithm, b"123456789"), sum, "{algorithm:?}");
            let mut parts = Digest::new(algorithm);
            parts.update(b"1234");
            parts.update(b"");
            parts.update(b"56789");
            assert_eq!(parts.finalize(), sum, "{algorithm:?} in parts");
        }
    }
}
