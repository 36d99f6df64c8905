//! An invitation as a calendar file (RFC 5545).

use cloudsite_domain::meeting::{GuestLink, Scheduled};
use icalendar::{Calendar, Class, Component, Event, EventLike, EventStatus, Property};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::{own_name, words};

/// Who made the file.
const PRODUCT: &str = "-//Cloudsite//Meetings//EN";

/// Stands for a space until lines are folded; no text has a use for it. Folding of icalendar 0.17 looks for spaces at the
/// wrong places, and comes to no end where many of them follow letters of two or four bytes.
const SPACE: char = '\u{fdd0}';

/// What an invitation is made of.
pub(super) struct Invitation<'a> {
    /// To what.
    pub(super) meeting: &'a Scheduled,
    /// For whom.
    pub(super) link: &'a GuestLink,
    /// What the centre is called in the link's language.
    pub(super) centre: &'a str,
    /// The address that leads to the meeting.
    pub(super) address: &'a str,
    /// When the file is made.
    pub(super) made_at: Timestamp,
}

impl Invitation<'_> {
    /// The file. A calendar that has it already takes a later one in its place: of two of the same meeting the one with the
    /// higher sequence counts.
    pub(super) fn calendar(&self) -> String {
        let status = if self.meeting.is_cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed };
        let language = self.link.language.tag();
        let event = Event::new()
            .uid(&format!("meeting-{}@cloudsite", self.meeting.id))
            .sequence(u32::try_from(self.meeting.version).unwrap_or(u32::MAX))
            .append_property(instant("DTSTAMP", self.made_at))
            .append_property(instant("DTSTART", self.meeting.starts_at))
            .append_property(instant("DTEND", self.meeting.ends_at))
            .summary(&text(self.meeting.title.as_str()))
            .append_property(
                Property::new("DESCRIPTION", text(&self.description())).add_parameter("LANGUAGE", language).done(),
            )
            .url(&text(self.address))
            .location(&text(self.address))
            .class(Class::Private)
            .status(status)
            .done();
        let mut calendar = Calendar::empty();
        for (key, value) in [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN")] {
            calendar.append_property((key, value));
        }
        calendar.push(event).to_string().replace(SPACE, " ")
    }

    fn description(&self) -> String {
        let words = words(self.link.language);
        let mut lines = Vec::new();
        if self.meeting.is_cancelled {
            lines.push(words.cancelled.to_owned());
        }
        lines.push(format!("{}{}", words.from, self.centre));
        lines.push(format!("{}{}", words.to, self.link.name));
        lines.push(format!("{}{}", words.time, said(self.meeting)));
        if !self.meeting.floors.is_empty() {
            let floors: Vec<&str> = self.meeting.floors.iter().map(|floor| own_name(*floor)).collect();
            lines.push(format!("{}{}", words.floors, floors.join(", ")));
        }
        if !self.meeting.is_cancelled {
            lines.push(format!("{}{}", words.link, self.address));
            lines.push(words.private.to_owned());
        }
        lines.join("\n")
    }
}

/// A text with one stand-in for white space of every kind, line breaks excepted.
fn text(said: &str) -> String {
    said.chars().map(|c| if c.is_whitespace() && c != '\n' { SPACE } else { c }).collect()
}

/// A property that is a moment. In UTC, so that no calendar needs to know a zone's rules, or another version of them.
fn instant(key: &str, at: Timestamp) -> Property {
    Property::new(key, at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// A meeting's time as clocks in its zone say it, with how far they are from UTC: clocks may be changed in between.
pub(super) fn said(meeting: &Scheduled) -> String {
    let zone = TimeZone::get(meeting.time_zone.as_str()).unwrap_or(TimeZone::UTC);
    let (starts, ends) = (meeting.starts_at.to_zoned(zone.clone()), meeting.ends_at.to_zoned(zone.clone()));
    let end = if ends.date() == starts.date() { "%H:%M %:z" } else { "%Y-%m-%d %H:%M %:z" };
    // A zone that the database has lost since is not said to be what the clocks show.
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{} – {} ({name})", starts.strftime("%Y-%m-%d %H:%M %:z"), ends.strftime(end))
}
