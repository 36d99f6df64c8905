//! What every store has to do, as tests that any of them can run: see [`crate::contract_tests!`].

mod audit;
mod brief;
mod changes;
mod changeset;
mod demand;
mod extent;
mod identity;
mod meeting;
mod reads;
mod roll_back;
mod sample;
mod writes;

use crate::Store;

pub use audit::*;
pub use brief::*;
pub use changes::*;
pub use changeset::*;
pub use demand::*;
pub use extent::*;
pub use identity::*;
pub use meeting::*;
pub use reads::*;
pub use roll_back::*;
pub use sample::*;
pub use writes::*;

/// A place where one record is kept for a test.
pub trait Fixture {
    /// Opens the record. Called again after what it gave was dropped, it opens the same record.
    fn open(&self) -> Box<dyn Store>;
}

/// Makes one `#[test]` of each rule of the contract. `$make` is a function that gives a fresh [`Fixture`].
#[macro_export]
macro_rules! contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            an_empty_record_is_at_revision_0,
            revisions_are_counted_without_a_gap,
            equal_puts_make_no_version,
            reads_are_as_of_a_revision,
            ids_stay,
            a_writer_that_read_an_old_revision_is_refused,
            a_failed_commit_leaves_nothing,
            a_feature_stands_once_in_a_commit,
            changes_say_what_happened,
            touched_gives_old_and_new_bounds,
            a_scan_goes_by_id_and_stops_when_told,
            candidates_touch_the_bounds,
            a_revision_that_was_never_made_is_refused,
            readers_see_one_moment_while_another_writes,
            what_was_acknowledged_is_there_after_reopening,
            numbers_come_back_to_the_last_bit,
            a_write_and_its_event_are_one,
            events_come_back_as_they_were_sealed,
            disclosures_are_found_by_organisation_and_time,
            many_append_without_a_gap,
            checkpoints_come_back,
            a_revision_on_disk_is_what_its_event_says,
            a_roll_back_is_a_revision_with_the_content_of_another,
            a_roll_back_that_changes_nothing_makes_no_revision,
            a_roll_back_is_refused_where_a_write_is,
            a_revision_is_another_and_what_differs,
            a_moment_has_the_newest_revision_before_it,
        }
    };
    ($make:path; $($rule:ident,)+) => {
        $(#[test]
        fn $rule() {
            $crate::contract::$rule(&$make());
        })+
    };
}
