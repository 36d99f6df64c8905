//! Replies that are put together from bytes: what many readers ask for is encoded once.

use std::fmt;
use std::marker::PhantomData;

use prost::bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType, encode_key, encode_varint, encoded_len_varint, key_len, skip_field};
use prost::{DecodeError, Message};

use crate::land;

/// A message of type `M` as the bytes that go over the wire. Copying it copies no bytes. It is for sending: what is decoded
/// into one is passed over.
pub struct Encoded<M> {
    bytes: Bytes,
    of: PhantomData<fn() -> M>,
}

impl<M> Encoded<M> {
    fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), of: PhantomData }
    }
}

impl<M: Message + Default> Encoded<M> {
    /// A message.
    pub fn of(message: &M) -> Self {
        Self::from_bytes(message.encode_to_vec())
    }

    /// The message again.
    pub fn decode(&self) -> Result<M, DecodeError> {
        M::decode(self.bytes.clone())
    }
}

impl<R: Holder> Encoded<R> {
    /// A reply that holds `items`, each since a revision, and besides what `rest` says, which holds none.
    pub fn holding(items: &[(&Undated<R::Item>, u64)], rest: &R) -> Self {
        let key = key_len(R::ITEMS);
        let lengths =
            items.iter().map(|(item, since)| item.len(*since)).map(|len| key + encoded_len_varint(len) + len as usize);
        let mut bytes = Vec::with_capacity(lengths.sum::<usize>() + rest.encoded_len());
        for (item, since) in items {
            encode_key(R::ITEMS, WireType::LengthDelimited, &mut bytes);
            encode_varint(item.len(*since), &mut bytes);
            item.put(*since, &mut bytes);
        }
        // Writing to a vector does not run out of room.
        bytes.extend_from_slice(&rest.encode_to_vec());
        Self::from_bytes(bytes)
    }
}

impl<M> Clone for Encoded<M> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), of: PhantomData }
    }
}

impl<M> Default for Encoded<M> {
    fn default() -> Self {
        Self { bytes: Bytes::new(), of: PhantomData }
    }
}

impl<M> fmt::Debug for Encoded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", std::any::type_name::<M>(), self.bytes.len())
    }
}

impl<M> Message for Encoded<M> {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.bytes);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buf, ctx)
    }

    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A message that says since which revision it is so.
pub trait Dated: Message {
    /// The number of that field, a `uint64`.
    const SINCE: u32;
}

impl Dated for land::Parcel {
    const SINCE: u32 = 20;
}

impl Dated for land::Feature {
    const SINCE: u32 = 7;
}

/// A message that holds dated ones.
pub trait Holder: Message {
    /// What it holds.
    type Item: Dated;

    /// The number of the field that holds them, also where it holds only one.
    const ITEMS: u32;
}

impl Holder for land::GetParcelResponse {
    type Item = land::Parcel;

    const ITEMS: u32 = 1;
}

impl Holder for land::ListParcelsResponse {
    type Item = land::Parcel;

    const ITEMS: u32 = 1;
}

impl Holder for land::ListFeaturesResponse {
    type Item = land::Feature;

    const ITEMS: u32 = 1;
}

/// A dated message without its date, as bytes: the same for every revision that it is the same in. On the wire the order
/// of fields does not matter, so the date is put behind.
pub struct Undated<M> {
    bytes: Box<[u8]>,
    of: PhantomData<fn() -> M>,
}

impl<M: Dated> Undated<M> {
    /// A message whose date is 0.
    pub fn of(message: &M) -> Self {
        Self { bytes: message.encode_to_vec().into(), of: PhantomData }
    }

    /// Bytes with a date; revision 0 is written as no field.
    pub fn encoded_len(&self, since: u64) -> usize {
        self.len(since) as usize
    }

    fn len(&self, since: u64) -> u64 {
        let date = if since == 0 { 0 } else { key_len(M::SINCE) + encoded_len_varint(since) };
        (self.bytes.len() + date) as u64
    }

    fn put(&self, since: u64, buf: &mut Vec<u8>) {
        buf.put_slice(&self.bytes);
        if since != 0 {
            encode_key(M::SINCE, WireType::Varint, buf);
            encode_varint(since, buf);
        }
    }
}

impl<M> fmt::Debug for Undated<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", std::any::type_name::<M>(), self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(name: &str, since_revision: u64) -> land::Parcel {
        land::Parcel {
            name: name.to_owned(),
            id: 7,
            acquisition: "direct".to_owned(),
            since_revision,
            ..Default::default()
        }
    }

    fn feature(name: &str, since_revision: u64) -> land::Feature {
        land::Feature { name: name.to_owned(), geojson: "{}".repeat(100), since_revision, ..Default::default() }
    }

    #[test]
    fn a_reply_from_bytes_is_the_reply_itself() {
        for dates in [vec![], vec![0], vec![1, 127, 128, u64::MAX]] {
            let undated: Vec<_> = dates.iter().map(|since| (Undated::of(&parcel("parcels/文", 0)), *since)).collect();
            let items: Vec<_> = undated.iter().map(|(item, since)| (item, *since)).collect();
            let rest = land::ListParcelsResponse { total_size: 9, revision: 3, ..Default::default() };
            let parcels: Vec<_> = dates.iter().map(|since| parcel("parcels/文", *since)).collect();
            let sizes = items
                .iter()
                .zip(&parcels)
                .all(|((item, since), parcel)| item.encoded_len(*since) == parcel.encoded_len());
            assert!(sizes, "{dates:?}");
            let expected = land::ListParcelsResponse { parcels, ..rest.clone() };
            let reply = Encoded::holding(&items, &rest);
            assert_eq!(reply.decode().unwrap(), expected);
            assert_eq!(land::ListParcelsResponse::decode(&reply.encode_to_vec()[..]).unwrap(), expected);
        }
        let (one, rest) = (Undated::of(&parcel("parcels/P", 0)), land::GetParcelResponse { parcel: None, revision: 4 });
        let expected = land::GetParcelResponse { parcel: Some(parcel("parcels/P", 2)), revision: 4 };
        assert_eq!(Encoded::holding(&[(&one, 2)], &rest).decode().unwrap(), expected);
        let (one, rest) = (Undated::of(&feature("poi/A", 0)), land::ListFeaturesResponse::default());
        let expected = land::ListFeaturesResponse { features: vec![feature("poi/A", 5)], ..Default::default() };
        assert_eq!(Encoded::holding(&[(&one, 5)], &rest).decode().unwrap(), expected);
    }

    #[test]
    fn a_message_comes_back_from_its_bytes() {
        let event =
            land::WatchResponse { event: Some(land::watch_response::Event::Progress(land::Progress { revision: 12 })) };
        let encoded = Encoded::of(&event);
        assert_eq!(encoded.decode().unwrap(), event);
        assert_eq!(encoded.clone().encode_to_vec(), event.encode_to_vec());
    }
}
