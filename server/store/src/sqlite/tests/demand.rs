//! What was counted before the park was counted by itself.

use cloudsite_domain::siting::demand::{Class, Count, Kind, Scope};
use jiff::civil::date;
use rusqlite::Connection;

use super::folder;
use crate::contract::{DemandFixture, code};
use crate::sqlite::schema::{APPLICATION_ID, STEPS};
use crate::sqlite::{DATABASE_FILE, demand};

#[test]
fn what_was_counted_before_the_park_was_is_read() {
    let folder = folder();
    let connection = Connection::open(folder.0.path().join(DATABASE_FILE)).unwrap();
    let before = STEPS.iter().position(|step| *step == demand::PARK).unwrap();
    STEPS[..before].iter().for_each(|step| connection.execute_batch(step).unwrap());
    let rows = "
        INSERT INTO demand VALUES ('2026-11-26', 'A', 'power', 21, 7, 4), ('2026-11-26', '', 'power', 21, 5, 5),
            ('2026-11-26', 'A', 'status', -1, 9, 9), ('2026-11-27', 'A', 'power', 21, 0, 0);
        INSERT INTO demand_day VALUES ('2026-11-26', 9, 6);";
    connection.execute_batch(rows).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", before as i64).unwrap();
    drop(connection);

    let (day, next) = (date(2026, 11, 26), date(2026, 11, 27));
    let found = folder.open_demand().demand(day..=next).unwrap();
    let kind = |scope, subject: &str, class| {
        let (subject, class) = (subject.parse().unwrap(), Class::numbered(class));
        Kind { day, scope, subject, class }
    };
    let zone = || Scope::Zone(Some(code("A")));
    let expected = [
        (kind(Scope::Park, "power", 21), Count { briefs: 7, refused: 5 }),
        (kind(Scope::Zone(None), "power", 21), Count { briefs: 5, refused: 5 }),
        (kind(zone(), "power", 21), Count { briefs: 7, refused: 4 }),
        (kind(zone(), "status", u8::MAX), Count { briefs: 9, refused: 9 }),
    ];
    assert_eq!(found.kept_out, expected.into(), "the park's are at least those of the zone with most");
    assert_eq!(found.days, [(day, Count { briefs: 9, refused: 6 })].into());
}
