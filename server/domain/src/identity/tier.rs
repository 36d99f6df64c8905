//! Disclosure tiers: how much of the record someone may be given.

use crate::record::terms::terms;

terms! {
    /// How much of the record someone may be given; each tier includes those before it.
    Tier, "disclosure tier";
    /// Everyone.
    Public = "public",
    /// An invited investor.
    Investor = "investor",
    /// A party to a negotiation.
    Negotiating = "negotiating",
    /// The park's own government.
    Government = "government",
}
