//! The dossier of a site selection (选址报告): what was asked, which places answer it, why, by whom it is said and what nobody
//! knows, typeset as PDF in two languages. Pure: no clock, no files, no network; the same dossier gives the same bytes.
//!
//! [`Dossier`] is what a program reads, as JSON; [`typeset`] is what people read. Texts of people never become markup: the
//! template reads them as strings.

mod drawing;
mod font;
mod language;
mod model;
mod phrase;
mod picture;
mod travel;
mod typesetting;
mod variant;

pub use drawing::{Area, Drawing, Line, Mark, Paint, Route};
pub use language::Language;
pub use model::{
    Amount, Answer, Ask, Assembly, Change, Counts, Criterion, Dossier, Fact, FactValue, Floor, Floors, Instead,
    Interval, Knows, Names, Opinion, ParkSheet, Place, RampStep, Ranked, Relaxation, Role, Said, Share, Standing, Step,
    StepAnswer, Supply, Untold, Value, Verdict, Winning, ZoneSheet,
};
pub use phrase::assembly_letter;
pub use picture::{InvalidPicture, Picture};
pub use travel::{DRAWN_WAYS, Destination, Speed, Travel, Unreached, Way, way_letter};
pub use typesetting::{Maps, Typeset, TypesetError, typeset};
pub use variant::{Block, Checked, Variant};

#[cfg(test)]
mod tests;
