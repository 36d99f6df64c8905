//! From a dossier to pages: a world without files, network or clock in which the template is compiled.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::drawing::Drawing;
use crate::font::{Fonts, code_point, printable};
use crate::language::Language;
use crate::model::Dossier;
use crate::phrase::{Of, Told, overview_file};
use crate::picture::Picture;

const TEMPLATE: &str = include_str!("../template/dossier.typ");
const MAIN: &str = "dossier.typ";
const CONTENT: &str = "content.json";

/// Generations of typst's memory that are kept: what one dossier computed helps the next one little.
const KEPT_GENERATIONS: usize = 1;

/// The maps of a dossier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Maps {
    /// Of the park.
    pub overview: Drawing,
    /// Of each place, in the order of the dossier's places.
    pub sites: Vec<Drawing>,
    /// How one gets from each place to others, in the same order.
    #[serde(default)]
    pub ways: Vec<Drawing>,
    /// Of the first assemblies.
    #[serde(default)]
    pub assemblies: Vec<Drawing>,
    /// Of the joined parcels that are described, in the dossier's order.
    #[serde(default)]
    pub described_assemblies: Vec<Drawing>,
    /// Likewise of floors.
    #[serde(default)]
    pub described_floors: Vec<Drawing>,
    /// Of the variants, in the order of the places and on each of its own.
    #[serde(default)]
    pub variants: Vec<Drawing>,
}

/// A dossier on pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Typeset {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters of its texts that no font prints; it says which.
    pub missing_glyphs: Vec<char>,
}

/// Why a dossier was not typeset.
#[derive(Debug, thiserror::Error)]
pub enum TypesetError {
    /// The same language twice.
    #[error("a dossier is written in two languages, and both are {0:?}")]
    OneLanguage(Language),
    /// The template cannot be compiled with what is in the dossier, such as a picture that is none.
    #[error("the dossier cannot be set: {0}")]
    Template(String),
    /// The dossier cannot be written as JSON, e.g. for a number that is none.
    #[error("the dossier cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Typesets a dossier in two languages, the first first. Takes seconds.
///
/// # Errors
/// If both languages are the same, or a picture cannot be read.
pub fn typeset(
    dossier: &Dossier,
    maps: &Maps,
    pictures: &[Picture],
    languages: [Language; 2],
) -> Result<Typeset, TypesetError> {
    if languages[0] == languages[1] {
        return Err(TypesetError::OneLanguage(languages[0]));
    }
    let told = Told { dossier, maps, pictures: pictures.len(), languages };
    let mut files = HashMap::new();
    let mut add = |name: &str, bytes: Bytes| files.insert(name.to_owned(), bytes);
    add(&overview_file(), Bytes::from_string(maps.overview.svg()));
    let all = [
        (Of::Site, &maps.sites),
        (Of::Ways, &maps.ways),
        (Of::Assembly, &maps.assemblies),
        (Of::Joined, &maps.described_assemblies),
        (Of::Floor, &maps.described_floors),
        (Of::Variant, &maps.variants),
    ];
    for (of, drawings) in all {
        for (index, drawing) in drawings.iter().enumerate() {
            add(&of.file(index), Bytes::from_string(drawing.svg()));
        }
    }
    for (index, picture) in pictures.iter().enumerate() {
        add(&picture_file(index), Bytes::new(picture.png.clone()));
    }
    let (content, missing_glyphs) = content(&told, pictures)?;
    add(CONTENT, Bytes::new(serde_json::to_vec(&content)?));
    let document = compile(&Desk::new(files))?;
    let pages = document.pages().len();
    let ident = format!("cloudsite dossier {} {} {}", dossier.revision, dossier.made_on, dossier.project);
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Cloudsite".to_owned())),
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|problems| TypesetError::Template(messages(&problems)))?;
    typst::comemo::evict(KEPT_GENERATIONS);
    Ok(Typeset { pdf, pages, missing_glyphs: missing_glyphs.into_iter().collect() })
}

fn picture_file(index: usize) -> String {
    format!("picture-{index}.png")
}

/// What the template reads, with every character printable, and which were not.
fn content(told: &Told<'_>, pictures: &[Picture]) -> Result<(Value, BTreeSet<char>), TypesetError> {
    let editions = told.languages.map(|language| told.in_language(language));
    let pictures: Vec<Value> = pictures
        .iter()
        .enumerate()
        .map(|(index, picture)| json!({ "file": picture_file(index), "caption": picture.caption }))
        .collect();
    let made_on = told.dossier.made_on;
    let mut content = json!({
        "editions": serde_json::to_value(editions)?,
        "pictures": pictures,
        "made_on": { "year": made_on.year(), "month": made_on.month(), "day": made_on.day() },
    });
    let mut missing = BTreeSet::new();
    make_printable(&mut content, &mut missing);
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|character| code_point(*character)).collect();
        for (edition, language) in told.languages.iter().enumerate() {
            let line = language.fill("dossier.missing.glyphs", &[("list", &list.join(" "))]);
            if let Some(lines) = content["editions"][edition]["missing"].as_array_mut() {
                lines.push(line.into());
            }
        }
    }
    Ok((content, missing))
}

fn make_printable(value: &mut Value, missing: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => *text = printable(text, missing),
        Value::Array(values) => values.iter_mut().for_each(|value| make_printable(value, missing)),
        Value::Object(fields) => fields.values_mut().for_each(|value| make_printable(value, missing)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn compile(desk: &Desk) -> Result<PagedDocument, TypesetError> {
    typst::compile::<PagedDocument>(desk).output.map_err(|problems| TypesetError::Template(messages(&problems)))
}

fn messages(problems: &EcoVec<SourceDiagnostic>) -> String {
    problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// All that the template can reach.
struct Desk {
    library: LazyHash<Library>,
    main: Source,
    files: HashMap<String, Bytes>,
    fonts: &'static Fonts,
}

impl Desk {
    fn new(files: HashMap<String, Bytes>) -> Self {
        let main = Source::new(id(MAIN), TEMPLATE.to_owned());
        Self { library: LazyHash::new(Library::default()), main, files, fonts: Fonts::shared() }
    }
}

/// A file of the desk. The names are those of this module, which are paths.
fn id(name: &str) -> FileId {
    let path =
        VirtualPath::new(name).unwrap_or_else(|_| VirtualPath::new("x").expect("a name without a slash is a path"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = id.get().vpath().get_without_slash();
        self.files.get(name).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
