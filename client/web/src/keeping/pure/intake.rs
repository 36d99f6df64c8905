//! What a file leaves to be asked, and what is guessed of it meanwhile.

use cloudsite_proto::change::{ImportOptions, PreviewUploadResponse};
use cloudsite_proto::land::Layer;

/// The endings of files that can be read, as in `accept` of a file field.
pub(crate) const ACCEPTED: &str = ".zip,.gpkg,.geojson,.json,.csv,.tsv,.xlsx,.cityjson,.jsonl";

/// The layers that a file may be imported into, the most likely first.
pub(crate) const LAYERS: [Layer; 11] = [
    Layer::Parcel,
    Layer::Zone,
    Layer::Building,
    Layer::Road,
    Layer::Rail,
    Layer::Water,
    Layer::Green,
    Layer::Utility,
    Layer::Poi,
    Layer::Mask,
    Layer::Park,
];

/// The coordinate reference systems that can be chosen.
pub(crate) const SYSTEMS: [(&str, &str); 7] = [
    ("EPSG:4549", "CGCS2000 / 3° GK CM 120E"),
    ("EPSG:4528", "CGCS2000 / 3° GK zone 40"),
    ("EPSG:4490", "CGCS2000 (lon, lat)"),
    ("EPSG:4326", "WGS 84 (lon, lat)"),
    ("EPSG:3857", "Web Mercator"),
    ("EPSG:32650", "WGS 84 / UTM 50N"),
    ("EPSG:32651", "WGS 84 / UTM 51N"),
];

/// The encodings that can be chosen.
pub(crate) const ENCODINGS: [&str; 5] = ["UTF-8", "GBK", "GB18030", "Shift_JIS", "Big5"];

/// The data that positions can be counted from.
pub(crate) const DATUMS: [&str; 3] = ["cgcs2000", "gcj02", "bd09"];

/// Words in a file's name that tell of its layer.
const WORDS: [(Layer, &[&str]); 8] = [
    (Layer::Building, &["building", "建筑", "建物", "bldg"]),
    (Layer::Road, &["road", "street", "道路"]),
    (Layer::Rail, &["rail", "metro", "铁路", "轨道", "鉄道"]),
    (Layer::Water, &["water", "river", "水系", "河"]),
    (Layer::Green, &["green", "绿地", "緑地"]),
    (Layer::Zone, &["zone", "片区", "分区"]),
    (Layer::Utility, &["utilit", "substation", "管线"]),
    (Layer::Poi, &["poi", "地点"]),
];

/// Whether a file's name ends as one that can be read.
pub(crate) fn is_accepted(file_name: &str) -> bool {
    let name = file_name.to_lowercase();
    ACCEPTED.split(',').any(|ending| name.ends_with(ending))
}

/// The layer that a file is most likely for, by its name: most often it is parcels.
pub(crate) fn layer_guess(file_name: &str) -> Layer {
    let name = file_name.to_lowercase();
    let told = WORDS.iter().find(|(_, words)| words.iter().any(|word| name.contains(word)));
    told.map_or(Layer::Parcel, |(layer, _)| *layer)
}

/// The word of a layer: the second half of its name on the wire, as resource names have it.
pub(crate) fn layer_word(layer: Layer) -> String {
    layer.as_str_name().trim_start_matches("LAYER_").to_lowercase()
}

/// A question that the file leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Which of its layers or sheets.
    SourceLayer,
    /// Which coordinate reference system.
    Crs,
    /// How its texts are written.
    Encoding,
    /// Which column is this required field.
    Required(String),
}

/// What has to be asked before a file can be imported, by what is known of it and was answered.
pub(crate) fn doubts(preview: &PreviewUploadResponse, options: &ImportOptions) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if preview.source_layers.len() > 1 && options.source_layer.is_empty() {
        return vec![Doubt::SourceLayer];
    }
    let has_problem = |rule: &str| preview.problems.iter().any(|problem| problem.rule == rule);
    if has_problem("encoding.present") && options.encoding.is_empty() {
        doubts.push(Doubt::Encoding);
    }
    let says_none = preview.crs.is_empty() && (!preview.columns.is_empty() || !preview.unknown_crs.is_empty());
    if says_none && options.crs.is_empty() {
        doubts.push(Doubt::Crs);
    }
    let is_mapped =
        |field: &str| options.mapping.contains_key(field) || preview.columns.iter().any(|column| column.name == *field);
    let missing = preview.fields.iter().filter(|field| field.required && !is_mapped(&field.name));
    doubts.extend(missing.map(|field| Doubt::Required(field.name.clone())));
    doubts
}

/// Maps a column to a field, or to none: no field has two columns, and no column two fields.
pub(crate) fn remap(options: &mut ImportOptions, column: &str, field: &str) {
    options.mapping.retain(|other, mapped| mapped != column && other != field);
    if !field.is_empty() {
        options.mapping.insert(field.to_owned(), column.to_owned());
    }
}

/// The field that a column is mapped to.
pub(crate) fn field_of<'a>(options: &'a ImportOptions, column: &str) -> Option<&'a str> {
    options.mapping.iter().find(|(_, mapped)| *mapped == column).map(|(field, _)| field.as_str())
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::change::{Column, Field, Problem};

    use super::*;

    #[test]
    fn a_files_name_tells_what_it_is() {
        let cases = [
            ("地块2026.zip", true, Layer::Parcel),
            ("Roads.GPKG", true, Layer::Road),
            ("新吴区建筑.geojson", true, Layer::Building),
            ("survey.dwg", false, Layer::Parcel),
            ("plan.shp", false, Layer::Parcel),
        ];
        for (name, accepted, layer) in cases {
            assert_eq!((is_accepted(name), layer_guess(name)), (accepted, layer), "{name}");
        }
        assert_eq!(layer_word(Layer::Poi), "poi");
    }

    fn preview() -> PreviewUploadResponse {
        let column = |name: &str| Column { name: name.to_owned(), ..Column::default() };
        let field = |name: &str, required| Field { name: name.to_owned(), required };
        PreviewUploadResponse {
            columns: vec![column("DKBH"), column("status")],
            crs: "EPSG:4549".to_owned(),
            fields: vec![field("code", true), field("status", false)],
            ..PreviewUploadResponse::default()
        }
    }

    fn mapped() -> ImportOptions {
        ImportOptions { mapping: [("code".to_owned(), "DKBH".to_owned())].into(), ..ImportOptions::default() }
    }

    #[test]
    fn only_what_the_file_leaves_open_is_asked() {
        let bad = |rule: &str| vec![Problem { rule: rule.to_owned(), ..Problem::default() }];
        let two_layers = PreviewUploadResponse {
            source_layers: vec!["a".to_owned(), "b".to_owned()],
            ..PreviewUploadResponse::default()
        };
        let cases = [
            (preview(), mapped(), vec![]),
            (preview(), ImportOptions::default(), vec![Doubt::Required("code".to_owned())]),
            (PreviewUploadResponse { crs: String::new(), ..preview() }, mapped(), vec![Doubt::Crs]),
            (
                PreviewUploadResponse { crs: String::new(), ..preview() },
                ImportOptions { crs: "EPSG:4528".to_owned(), ..mapped() },
                vec![],
            ),
            (PreviewUploadResponse { problems: bad("encoding.present"), ..preview() }, mapped(), vec![Doubt::Encoding]),
            (two_layers, ImportOptions::default(), vec![Doubt::SourceLayer]),
        ];
        for (preview, options, expected) in cases {
            assert_eq!(doubts(&preview, &options), expected, "{preview:?} {options:?}");
        }
    }

    #[test]
    fn columns_and_fields_are_one_to_one() {
        let mut options = mapped();
        remap(&mut options, "NR", "code");
        assert_eq!(field_of(&options, "NR"), Some("code"));
        assert_eq!(field_of(&options, "DKBH"), None, "the field has another column now");
        remap(&mut options, "NR", "status");
        assert_eq!(options.mapping.len(), 1, "the column has another field now");
        remap(&mut options, "NR", "");
        assert!(options.mapping.is_empty());
    }
}
