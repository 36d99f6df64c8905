//! What files of planning offices call the fields, so that a mapping can be proposed; nothing is taken by it unasked.

/// Fields with what columns are called that hold them: in Chinese, in the initials of that, and in Japanese. Initials come
/// from .dbf tables, whose names are short.
const CALLED: &[(&str, &[&str])] = &[
    (
        "code",
        &[
            "地块编号",
            "宗地编号",
            "地块号",
            "宗地号",
            "地块代码",
            "编号",
            "代码",
            "dkbh",
            "zdbh",
            "dkh",
            "区画番号",
            "番号",
            "id",
        ],
    ),
    ("name", &["地块名称", "名称", "项目名称", "dkmc", "mc", "名前", "title"]),
    ("status", &["状态", "出让状态", "地块状态", "zt", "状況", "区分"]),
    ("zone", &["园区", "片区", "所属园区", "区域", "pq", "yq", "地区"]),
    (
        "land_use",
        &["用地性质", "用地代码", "用地分类", "地类编码", "土地用途", "ydxz", "yddm", "dlbm", "用途地域", "landuse"],
    ),
    ("plot_ratio_max", &["容积率", "容积率上限", "最大容积率", "rjl", "rjlsx", "容積率", "far"]),
    ("plot_ratio_min", &["容积率下限", "最小容积率", "rjlxx"]),
    ("site_coverage_max", &["建筑密度", "建筑密度上限", "建筑系数", "jzmd", "jzmdsx", "建蔽率"]),
    ("site_coverage_min", &["建筑密度下限", "jzmdxx"]),
    ("green_ratio_min", &["绿地率", "绿地率下限", "ldl", "ldlxx", "緑地率"]),
    ("green_ratio_max", &["绿地率上限", "ldlsx"]),
    ("height_limit_m", &["限高", "建筑限高", "建筑高度上限", "xg", "jzxg", "高さ制限"]),
    ("tenure_years", &["出让年限", "使用年限", "年限", "nx"]),
    ("price_cny_per_m2", &["地价", "起始价", "单价", "dj"]),
    ("height_m", &["高度", "建筑高度", "楼高", "gd", "jzgd", "高さ", "height"]),
    ("floors", &["层数", "楼层", "楼层数", "cs", "階数", "levels"]),
    ("use", &["用途", "建筑用途", "yt", "function"]),
    ("parcel", &["所属地块", "地块"]),
    ("kind", &["类型", "种类", "类别", "lx", "種別", "type"]),
    ("class", &["等级", "道路等级", "dldj", "highway"]),
    ("width_m", &["宽度", "道路宽度", "kd", "幅員", "width"]),
    ("lanes", &["车道数", "车道", "车线数"]),
    ("lon", &["经度", "経度", "lng", "longitude"]),
    ("lat", &["纬度", "緯度", "latitude"]),
    ("wkt", &["几何", "geometry", "geom"]),
];

/// The field of `fields` that a column of this name seems to hold: the field's own name, however it is written, or one of
/// those known.
pub(in crate::import) fn field_called(column: &str, fields: &[&'static str]) -> Option<&'static str> {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let column = plain(column);
    let own = fields.iter().find(|field| plain(field) == column);
    own.copied().or_else(|| {
        let known = CALLED.iter().filter(|(field, _)| fields.contains(field));
        known.filter(|(_, called)| called.iter().any(|called| plain(called) == column)).map(|(field, _)| *field).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::fields;
    use cloudsite_domain::record::Layer;

    #[test]
    fn columns_are_known_by_what_offices_call_them() {
        let parcel: Vec<&str> = fields::COMMON.iter().chain(fields::of_layer(Layer::Parcel)).copied().collect();
        let cases = [
            ("DKBH", Some("code")),
            ("地块编号", Some("code")),
            ("Land_Use", Some("land_use")),
            ("plotRatioMax", Some("plot_ratio_max")),
            ("容积率", Some("plot_ratio_max")),
            ("建蔽率", Some("site_coverage_max")),
            ("层数", None),
            ("remark", None),
            ("", None),
        ];
        for (column, field) in cases {
            assert_eq!(field_called(column, &parcel), field, "{column}");
        }
    }

    #[test]
    fn each_known_name_stands_for_a_field_of_some_layer_and_only_one() {
        let mut seen = std::collections::BTreeMap::new();
        for (field, called) in CALLED {
            let known = crate::import::table::PLACE_FIELDS.contains(field)
                || Layer::ALL.iter().any(|layer| fields::is_field(*layer, field));
            assert!(known, "{field} is a field of no layer");
            for name in *called {
                assert_eq!(seen.insert(*name, *field), None, "{name} stands for two fields");
            }
        }
    }
}
