//! What is asked for, checked before anything is done for it.

use cloudsite_domain::record::Code;
use cloudsite_dossier::{Language, Picture};
use cloudsite_proto::siting as wire;

use crate::grpc::Refusal;

/// Places that are described where none is named, and at most.
const DESCRIBED: usize = 3;
const MOST_DESCRIBED: usize = 10;

/// What pictures may come.
pub(super) const MOST_PICTURES: usize = 4;
pub(super) const MOST_PICTURE_BYTES: usize = 2 * 1024 * 1024;
const MOST_PIXELS: u64 = 8_000_000;

/// How long texts may be, characters.
const LONGEST_PROJECT: usize = 120;
const LONGEST_CAPTION: usize = 200;

/// The languages of a dossier that names none.
const USUAL_LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// A request that makes sense, but for its brief, which is answered to find out.
pub(super) struct Asked {
    pub(super) brief: Option<wire::Brief>,
    pub(super) revision: u64,
    pub(super) languages: [Language; 2],
    /// None for the first ones.
    pub(super) places: Vec<Code>,
    pub(super) pictures: Vec<Picture>,
    pub(super) project: String,
}

impl Asked {
    /// Reads a request. Blocks: pictures are unpacked.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub(super) fn read(request: wire::CreateDossierRequest) -> Result<Self, Refusal> {
        if request.project.chars().count() > LONGEST_PROJECT {
            return Err(Refusal::field("project", format!("has more than {LONGEST_PROJECT} characters")));
        }
        Ok(Self {
            languages: languages(&request.languages)?,
            places: places(&request.places)?,
            pictures: pictures(request.pictures)?,
            brief: request.brief,
            revision: request.revision,
            project: request.project.trim().to_owned(),
        })
    }

    /// The places that are described, of those that are explained.
    ///
    /// # Errors
    /// If a place that is named is not among them.
    pub(super) fn described<'a>(&self, explained: &'a [wire::Place]) -> Result<Vec<(u32, &'a wire::Place)>, Refusal> {
        let ranked = || (1_u32..).zip(explained);
        if self.places.is_empty() {
            return Ok(ranked().take(DESCRIBED).collect());
        }
        let find = |(index, code): (usize, &Code)| {
            let name = format!("parcels/{code}");
            ranked().find(|(_, place)| place.parcel == name).ok_or_else(|| {
                let problem = format!("'{name}' is not among the first {} places of the brief", explained.len());
                Refusal::field(format!("places[{index}]"), problem)
            })
        };
        self.places.iter().enumerate().map(find).collect()
    }
}

fn languages(tags: &[String]) -> Result<[Language; 2], Refusal> {
    let read = |tag: &String| {
        Language::from_tag(tag).ok_or_else(|| Refusal::field("languages", format!("'{tag}' is none of zh, en and ja")))
    };
    match tags {
        [] => Ok(USUAL_LANGUAGES),
        [first, second] if first != second => Ok([read(first)?, read(second)?]),
        _ => Err(Refusal::field("languages", "a dossier is written in two languages: name two, or none")),
    }
}

fn places(names: &[String]) -> Result<Vec<Code>, Refusal> {
    if names.len() > MOST_DESCRIBED {
        return Err(Refusal::field("places", format!("names {}: at most {MOST_DESCRIBED} are described", names.len())));
    }
    let mut places: Vec<Code> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let field = || format!("places[{index}]");
        let code = name.strip_prefix("parcels/").and_then(|code| code.parse::<Code>().ok());
        let code = code.ok_or_else(|| Refusal::field(field(), format!("'{name}' is no name 'parcels/{{code}}'")))?;
        if places.contains(&code) {
            return Err(Refusal::field(field(), format!("'{name}' is named twice")));
        }
        places.push(code);
    }
    Ok(places)
}

fn pictures(given: Vec<wire::Picture>) -> Result<Vec<Picture>, Refusal> {
    if given.len() > MOST_PICTURES {
        return Err(Refusal::field("pictures", format!("are {}: at most {MOST_PICTURES} are taken", given.len())));
    }
    let read = |(index, picture): (usize, wire::Picture)| {
        let field = |part: &str| format!("pictures[{index}].{part}");
        if picture.png.len() > MOST_PICTURE_BYTES {
            return Err(Refusal::field(field("png"), format!("has more than {MOST_PICTURE_BYTES} bytes")));
        }
        if picture.caption.chars().count() > LONGEST_CAPTION {
            return Err(Refusal::field(field("caption"), format!("has more than {LONGEST_CAPTION} characters")));
        }
        let picture = Picture { png: picture.png, caption: picture.caption.trim().to_owned() };
        picture.check(MOST_PIXELS).map_err(|problem| Refusal::field(field("png"), problem))?;
        Ok(picture)
    };
    given.into_iter().enumerate().map(read).collect()
}
