//! Coordinate reference systems in well-known text (WKT 1 as ESRI and OGC write it, and WKT 2), as far as they are ones
//! that the record knows. By the EPSG code if the text gives one, else by its parameters: names are anyone's choice.

use cloudsite_domain::crs::Crs;

/// The longest text taken. Those of compound systems with all their metadata come to 10,000 characters.
const MOST_CHARS: usize = 64 * 1024;

/// How deep brackets may stand in each other. WKT 2 needs eight.
const MOST_DEEP: usize = 24;

/// What a text describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Described {
    /// A system that is known here.
    Known(Crs),
    /// Another one, by its name.
    Unknown(String),
}

/// Reads the text of a `.prj` or the like.
pub(super) fn read(text: &str) -> Described {
    let text = text.trim().trim_start_matches('\u{FEFF}');
    let root = if text.len() > MOST_CHARS { None } else { Parser { left: text }.node(0) };
    let Some(root) = root else {
        return Described::Unknown(format!("'{}'", text.chars().take(40).collect::<String>()));
    };
    known(&root).map_or_else(|| Described::Unknown(format!("'{}'", root.name())), Described::Known)
}

/// `KEYWORD["text", 1.5, OTHER[..]]`.
#[derive(Debug, Default)]
struct Node {
    /// Lower case.
    keyword: String,
    texts: Vec<String>,
    numbers: Vec<f64>,
    nodes: Vec<Node>,
}

struct Parser<'a> {
    left: &'a str,
}

impl Parser<'_> {
    fn word(&mut self) -> String {
        self.left = self.left.trim_start();
        let end = self.left.find(|c: char| "[](),\"".contains(c) || c.is_whitespace()).unwrap_or(self.left.len());
        let (word, left) = self.left.split_at(end);
        self.left = left.trim_start();
        word.to_owned()
    }

    fn takes(&mut self, any: &[char]) -> bool {
        self.left = self.left.trim_start();
        let found = self.left.starts_with(any);
        if found {
            self.left = &self.left[1..];
        }
        found
    }

    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let (part, left) = self.left.split_once('"')?;
            text.push_str(part);
            self.left = left;
            // Two quotes are one that belongs to the text.
            if !self.left.starts_with('"') {
                return Some(text);
            }
            text.push('"');
            self.left = &self.left[1..];
        }
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        let mut node = Node { keyword: self.word().to_lowercase(), ..Node::default() };
        if depth > MOST_DEEP || !self.takes(&['[', '(']) {
            return None;
        }
        loop {
            if self.takes(&['"']) {
                node.texts.push(self.quoted()?);
            } else {
                let here = self.left;
                let word = self.word();
                if self.left.starts_with(['[', '(']) {
                    self.left = here;
                    node.nodes.push(self.node(depth + 1)?);
                } else if let Ok(number) = word.parse() {
                    node.numbers.push(number);
                }
            }
            if self.takes(&[']', ')']) {
                return Some(node);
            }
            if !self.takes(&[',']) {
                return None;
            }
        }
    }
}

impl Node {
    fn name(&self) -> &str {
        self.texts.first().map_or("", String::as_str)
    }

    /// Letters and digits of the name, lower case.
    fn plain_name(&self) -> String {
        self.name().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }

    fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.nodes.iter().find(|node| keywords.contains(&node.keyword.as_str()))
    }

    fn descendant(&self, keywords: &[&str]) -> Option<&Self> {
        self.child(keywords).or_else(|| self.nodes.iter().find_map(|node| node.descendant(keywords)))
    }

    /// The value of a parameter under any of its names, or `otherwise`.
    fn parameter(&self, names: &[&str], otherwise: f64) -> f64 {
        let own = self.nodes.iter().filter(|node| node.keyword == "parameter");
        let found =
            own.filter(|node| names.contains(&node.plain_name().as_str())).find_map(|node| node.numbers.first());
        found.copied().or_else(|| Some(self.child(&["conversion"])?.parameter(names, otherwise))).unwrap_or(otherwise)
    }

    fn epsg(&self) -> Option<Crs> {
        let authority = self.child(&["authority", "id"]).filter(|node| node.name().eq_ignore_ascii_case("EPSG"))?;
        let code = authority.texts.get(1).and_then(|code| code.parse().ok());
        code.or_else(|| authority.numbers.first().map(|code| *code as u32)).and_then(Crs::from_epsg)
    }

    /// CGCS2000 and WGS 84 are taken as one; Beijing 1954 and Xian 1980 lie up to a hundred metres off.
    fn geographic(&self) -> Option<Crs> {
        let datum = self.descendant(&["datum", "geodeticdatum", "trf", "ensemble"])?.plain_name();
        let (china, world) = (
            ["china2000", "chinageodeticcoordinatesystem2000", "cgcs2000", "chinese2000"],
            ["wgs1984", "wgs84", "worldgeodeticsystem1984"],
        );
        if china.iter().any(|name| datum.contains(name)) {
            Some(Crs::Cgcs2000)
        } else if world.iter().any(|name| datum.contains(name)) {
            Some(Crs::Wgs84)
        } else {
            None
        }
    }
}

fn known(root: &Node) -> Option<Crs> {
    match root.keyword.as_str() {
        "compd_cs" | "compoundcrs" => known(root.nodes.first()?),
        "geogcs" | "geogcrs" | "geographiccrs" | "geodcrs" | "geodeticcrs" => root.epsg().or_else(|| root.geographic()),
        "projcs" | "projcrs" | "projectedcrs" => root.epsg().or_else(|| projected(root)),
        _ => None,
    }
}

fn projected(root: &Node) -> Option<Crs> {
    root.geographic()?;
    let unit = root.child(&["unit", "lengthunit"]).and_then(|unit| unit.numbers.first());
    if unit.is_some_and(|metres| (metres - 1.0).abs() > 1e-9) {
        return None;
    }
    let method = root.descendant(&["projection", "method"])?.plain_name();
    let meridian = root.parameter(&["centralmeridian", "longitudeofnaturalorigin", "longitudeoforigin"], 0.0);
    let latitude = root.parameter(&["latitudeoforigin", "latitudeofnaturalorigin"], 0.0);
    let easting = root.parameter(&["falseeasting"], 0.0);
    let northing = root.parameter(&["falsenorthing"], 0.0);
    let scale = root.parameter(&["scalefactor", "scalefactoratnaturalorigin"], 1.0);
    let is = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
    if !is(northing, 0.0) || !is(latitude, 0.0) {
        return None;
    }
    match method.as_str() {
        "transversemercator" | "gausskruger" => [
            (120.0, 500_000.0, 1.0, Crs::GaussKruger120),
            (120.0, 40_500_000.0, 1.0, Crs::GaussKrugerZone40),
            (117.0, 500_000.0, 0.9996, Crs::Utm50),
            (123.0, 500_000.0, 0.9996, Crs::Utm51),
        ]
        .into_iter()
        .find(|(m, e, s, _)| is(meridian, *m) && is(easting, *e) && is(scale, *s))
        .map(|(.., crs)| crs),
        "mercatorauxiliarysphere" | "popularvisualisationpseudomercator" | "mercator1sp" => {
            let name = root.plain_name();
            let web = name.contains("pseudomercator") || name.contains("webmercator") || method != "mercator1sp";
            (web && is(meridian, 0.0) && is(easting, 0.0) && is(scale, 1.0)).then_some(Crs::WebMercator)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
    const WORLD: &str = r#"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]"#;

    fn esri(geographic: &str, projection: &str, meridian: f64, easting: f64, scale: f64) -> String {
        format!(
            r#"PROJCS["anything",{geographic},PROJECTION["{projection}"],PARAMETER["False_Easting",{easting:?}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian:?}],PARAMETER["Scale_Factor",{scale:?}],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    #[test]
    fn systems_are_known_by_code_or_parameters() {
        let xian = CHINA.replace("D_China_2000", "D_Xian_1980");
        let feet = esri(CHINA, "Gauss_Kruger", 120.0, 500_000.0, 1.0).replace("\"Meter\",1.0", "\"Foot\",0.3048");
        let wkt_2 = r#"PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]]],CONVERSION["3-degree Gauss-Kruger CM 120E",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0],PARAMETER["Longitude of natural origin",120],PARAMETER["Scale factor at natural origin",1],PARAMETER["False easting",500000],PARAMETER["False northing",0]],CS[Cartesian,2],AXIS["northing (X)",north],LENGTHUNIT["metre",1]]"#;
        let web = r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#;
        let cases = [
            (CHINA.to_owned(), Some(Crs::Cgcs2000)),
            (WORLD.to_owned(), Some(Crs::Wgs84)),
            (r#"GEOGCS["x",AUTHORITY["EPSG","4490"]]"#.to_owned(), Some(Crs::Cgcs2000)),
            (esri(CHINA, "Gauss_Kruger", 120.0, 500_000.0, 1.0), Some(Crs::GaussKruger120)),
            (esri(CHINA, "Transverse_Mercator", 120.0, 40_500_000.0, 1.0), Some(Crs::GaussKrugerZone40)),
            (esri(WORLD, "Transverse_Mercator", 117.0, 500_000.0, 0.9996), Some(Crs::Utm50)),
            (esri(WORLD, "Transverse_Mercator", 123.0, 500_000.0, 0.9996), Some(Crs::Utm51)),
            (esri(CHINA, "Gauss_Kruger", 117.0, 500_000.0, 1.0), None),
            (esri(CHINA, "Lambert_Conformal_Conic", 120.0, 500_000.0, 1.0), None),
            (esri(&xian, "Gauss_Kruger", 120.0, 500_000.0, 1.0), None),
            (feet, None),
            (xian, None),
            (wkt_2.to_owned(), Some(Crs::GaussKruger120)),
            (web.to_owned(), Some(Crs::WebMercator)),
            ("LOCAL_CS[\"somewhere\"]".to_owned(), None),
            (String::new(), None),
            ("[".repeat(50_000), None),
            ("A[".repeat(30_000), None),
        ];
        for (text, expected) in cases {
            let found = match read(&text) {
                Described::Known(crs) => Some(crs),
                Described::Unknown(_) => None,
            };
            assert_eq!(found, expected, "{}", text.chars().take(300).collect::<String>());
        }
    }

    #[test]
    fn an_unknown_one_is_called_by_its_name() {
        let said = read(&esri(CHINA, "Gauss_Kruger", 114.0, 500_000.0, 1.0));
        assert_eq!(said, Described::Unknown("'anything'".to_owned()));
    }
}
