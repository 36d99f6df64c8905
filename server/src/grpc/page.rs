//! Pages of lists: how many entries one holds, and tokens for the next.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudsite_domain::record::Revision;
use prost::Message;
use sha2::{Digest, Sha256};

use super::Refusal;

/// Entries on a page where nothing is asked.
const DEFAULT_ENTRIES: usize = 100;

/// Entries on a page at most.
const MAX_ENTRIES: usize = 1_000;

/// Bytes on a page at most, well under the 4 MiB that clients take by default. A page of larger entries holds fewer, and
/// always one.
pub(crate) const MAX_BYTES: usize = 3 * 1024 * 1024;

/// The layout of a token; another one is refused.
const LAYOUT: u8 = 1;

/// Bytes of the digest in a token.
const DIGEST_BYTES: usize = 16;

/// How many entries a request wants.
pub(crate) fn entries(page_size: i32) -> Result<usize, Refusal> {
    match usize::try_from(page_size) {
        Ok(0) => Ok(DEFAULT_ENTRIES),
        Ok(asked) => Ok(asked.min(MAX_ENTRIES)),
        Err(_) => Err(Refusal::field("page_size", format!("must not be negative, but is {page_size}"))),
    }
}

/// Where a page begins: a position in a list that is fixed by the request and a revision. Lists of a revision never
/// change, so a position is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageStart {
    /// The revision of the first page, to which the following keep.
    pub(crate) revision: Revision,
    /// Entries that the pages before held.
    pub(crate) position: u64,
}

impl PageStart {
    /// The position as an index.
    pub(crate) fn first(self) -> usize {
        usize::try_from(self.position).unwrap_or(usize::MAX)
    }

    /// The token for a page; `request` is what was asked, without page size and token.
    pub(crate) fn token(self, request: &impl Message) -> String {
        let mut bytes = vec![LAYOUT];
        bytes.extend(self.revision.0.to_be_bytes());
        bytes.extend(self.position.to_be_bytes());
        bytes.extend(self.digest(request));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that was given for the same `request`; none if it is empty.
    pub(crate) fn read(token: &str, request: &impl Message) -> Result<Option<Self>, Refusal> {
        if token.is_empty() {
            return Ok(None);
        }
        let malformed = || Refusal::field("page_token", "is not a token that this server gave");
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| malformed())?;
        let (layout, rest) = bytes.split_first().ok_or_else(malformed)?;
        let (revision, rest) = rest.split_first_chunk::<8>().ok_or_else(malformed)?;
        let (position, digest) = rest.split_first_chunk::<8>().ok_or_else(malformed)?;
        if *layout != LAYOUT || digest.len() != DIGEST_BYTES {
            return Err(malformed());
        }
        let start = Self { revision: Revision(u64::from_be_bytes(*revision)), position: u64::from_be_bytes(*position) };
        if start.digest(request) == digest {
            Ok(Some(start))
        } else {
            Err(Refusal::field("page_token", "belongs to another request: repeat the one that it came from"))
        }
    }

    /// What ties a token to its request. It keeps mistakes out, not forgers: a token opens nothing that a request
    /// would not.
    fn digest<M: Message>(self, request: &M) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(std::any::type_name::<M>());
        hash.update(request.encode_to_vec());
        hash.update(self.revision.0.to_be_bytes());
        hash.update(self.position.to_be_bytes());
        hash.finalize().iter().take(DIGEST_BYTES).copied().collect()
    }
}

/// A page's entries, and where the next page begins if there is one.
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) entries: Vec<T>,
    /// Where the next page begins.
    pub(crate) next: Option<PageStart>,
}

/// Fills the page that begins at `start` of a list of `total` entries. `entries` are those from there on, at least as many
/// as a page may hold; `bytes` says how large one is on the wire.
pub(crate) fn fill<T>(
    total: usize,
    start: PageStart,
    count: usize,
    entries: impl IntoIterator<Item = T>,
    bytes: impl Fn(&T) -> usize,
) -> Page<T> {
    let mut held = Vec::new();
    let mut room = MAX_BYTES;
    for entry in entries.into_iter().take(count) {
        match room.checked_sub(bytes(&entry)) {
            Some(left) => room = left,
            None if held.is_empty() => room = 0,
            None => break,
        }
        held.push(entry);
    }
    let position = start.first().saturating_add(held.len());
    let next = (position < total && !held.is_empty()).then_some(PageStart { position: position as u64, ..start });
    Page { entries: held, next }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::{ListFeaturesRequest, ListZonesRequest};

    use super::*;

    #[test]
    fn page_sizes_are_kept_within_bounds() {
        for (asked, expected) in [(0, 100), (1, 1), (1_000, 1_000), (i32::MAX, 1_000)] {
            assert_eq!(entries(asked).expect("not negative"), expected, "page_size {asked}");
        }
        assert!(entries(-1).is_err(), "a negative page size");
    }

    #[test]
    fn a_token_is_read_by_the_request_it_was_given_for() {
        let request = ListZonesRequest { revision: 3, ..ListZonesRequest::default() };
        let start = PageStart { revision: Revision(3), position: 200 };
        let token = start.token(&request);
        assert_eq!(PageStart::read(&token, &request).unwrap(), Some(start));
        assert_eq!(PageStart::read("", &request).unwrap(), None);
        let foreign = ListFeaturesRequest { revision: 3, ..ListFeaturesRequest::default() };
        assert!(PageStart::read(&token, &foreign).is_err(), "another method");
        let other = ListZonesRequest { revision: 4, ..request };
        assert!(PageStart::read(&token, &other).is_err(), "another revision");
    }

    #[test]
    fn a_malformed_token_is_refused_by_name() {
        let request = ListZonesRequest::default();
        let mut changed = PageStart { revision: Revision(3), position: 200 }.token(&request).into_bytes();
        changed[12] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        for token in ["x", "not a token", "AAAA", "AQ==", "文", &changed, &"A".repeat(10_000)] {
            match PageStart::read(token, &request) {
                Err(Refusal::Fields(fields)) => assert_eq!(fields[0].0, "page_token", "{token}"),
                other => panic!("{token} was read as {other:?}"),
            }
        }
    }

    #[test]
    fn pages_join_without_gap_and_stop_at_their_bytes() {
        let list: Vec<u32> = (0..25).collect();
        let mut start = PageStart { revision: Revision(1), position: 0 };
        let mut seen = Vec::new();
        loop {
            let page = fill(list.len(), start, 10, list[start.first()..].iter().copied(), |_| 4);
            seen.extend(page.entries);
            match page.next {
                Some(next) => start = next,
                None => break,
            }
        }
        assert_eq!(seen, list);
        let start = PageStart { revision: Revision(1), position: 0 };
        for (bytes, expected) in [(2_000_000, 1), (9_000_000, 1), (1_048_576, 3), (100, 25)] {
            let page = fill(list.len(), start, 25, list.iter(), |_| bytes);
            assert_eq!(page.entries.len(), expected, "entries of {bytes} bytes");
        }
        assert_eq!(fill(25, PageStart { position: 99, ..start }, 9, [0; 0], |_| 4).next, None, "beyond the end");
    }
}
