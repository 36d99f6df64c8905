//! Names in five languages: Chinese, English, Japanese, Korean, German. All are invented; a firm of such a name would be
//! a coincidence.

/// One name in the order of [`cloudsite_domain::record::Language::ALL`].
pub(super) type Five = [&'static str; 5];

/// One name made at run time, in the same order.
pub(super) type Owned = [String; 5];

/// The park's name.
pub(super) const PARK: Five = [
    "澄澜高新区（演示）",
    "Chenglan High-tech Park (demo)",
    "澄瀾ハイテクパーク（デモ）",
    "청란 하이테크파크(데모)",
    "Hightech-Park Chenglan (Demo)",
];

/// What every visitor has to be told.
pub(super) const NOTICE: Five = [
    "演示数据 / synthetic：本园区的地块、企业、名称、价格与供给均为虚构。",
    "演示数据 / synthetic: the parcels, companies, names, prices and supplies of this park are invented.",
    "演示数据 / synthetic：このパークの区画、企業、名称、価格、供給能力はすべて架空です。",
    "演示数据 / synthetic: 이 파크의 필지, 기업, 이름, 가격, 공급 용량은 모두 가상입니다.",
    "演示数据 / synthetic: Grundstücke, Firmen, Namen, Preise und Versorgung dieses Parks sind frei erfunden.",
];

/// Syllables of firms' names.
const BRANDS: &[Five] = &[
    ["澄屿", "Chengyu", "澄嶼", "청위", "Chengyu"],
    ["岚构", "Langou", "嵐構", "란거우", "Langou"],
    ["砺川", "Lichuan", "礪川", "리촨", "Lichuan"],
    ["栖原", "Qiyuan", "栖原", "치위안", "Qiyuan"],
    ["朔桥", "Shuoqiao", "朔橋", "숴차오", "Shuoqiao"],
    ["漪衡", "Yiheng", "漪衡", "이헝", "Yiheng"],
    ["榕驰", "Rongchi", "榕馳", "룽츠", "Rongchi"],
    ["霁流", "Jiliu", "霽流", "지류", "Jiliu"],
    ["桁宇", "Hengyu", "桁宇", "헝위", "Hengyu"],
    ["泠光", "Lingguang", "泠光", "링광", "Lingguang"],
    ["楚垣", "Chuyuan", "楚垣", "추위안", "Chuyuan"],
    ["皓渚", "Haozhu", "皓渚", "하오주", "Haozhu"],
    ["箴铭", "Zhenming", "箴銘", "전밍", "Zhenming"],
    ["暮溪", "Muxi", "暮渓", "무시", "Muxi"],
    ["翎翊", "Lingyi", "翎翊", "링이", "Lingyi"],
    ["岫川", "Xiuchuan", "岫川", "슈촨", "Xiuchuan"],
    ["芮衡", "Ruiheng", "芮衡", "루이헝", "Ruiheng"],
    ["湛垒", "Zhanlei", "湛塁", "잔레이", "Zhanlei"],
    ["绍拓", "Shaotuo", "紹拓", "사오퉈", "Shaotuo"],
];

/// What the firms make, for factories.
const MAKERS: &[Five] = &[
    ["精密机械", "Precision", "精密機械", "정밀기계", "Feinmechanik"],
    ["功率半导体", "Power Semiconductors", "パワー半導体", "전력반도체", "Leistungshalbleiter"],
    ["汽车电子", "Automotive Electronics", "車載電子", "자동차전자", "Fahrzeugelektronik"],
    ["传感器", "Sensors", "センサー", "센서", "Sensorik"],
    ["机器人", "Robotics", "ロボティクス", "로보틱스", "Robotik"],
    ["航空部件", "Aerostructures", "航空部品", "항공부품", "Luftfahrtteile"],
    ["储能", "Energy Storage", "蓄電", "에너지저장", "Energiespeicher"],
    ["光伏", "Photovoltaics", "太陽光発電", "태양광", "Photovoltaik"],
    ["氢能", "Hydrogen", "水素エネルギー", "수소에너지", "Wasserstoff"],
    ["新材料", "Materials", "新素材", "신소재", "Werkstoffe"],
    ["医疗器械", "Medical Devices", "医療機器", "의료기기", "Medizintechnik"],
];

const CARRIERS: &[Five] = &[
    ["保税物流", "Bonded Logistics", "保税物流", "보세물류", "Zolllogistik"],
    ["供应链", "Supply Chain", "サプライチェーン", "공급망", "Lieferkette"],
    ["冷链", "Cold Chain", "コールドチェーン", "콜드체인", "Kühllogistik"],
    ["跨境仓储", "Cross-border Warehousing", "越境倉庫", "국경간 창고", "Außenhandelslager"],
];

const RESEARCHERS: &[Five] = &[
    ["集成电路设计", "Chip Design", "集積回路設計", "반도체설계", "Chipentwurf"],
    ["生物医药", "Biopharma", "バイオ医薬", "바이오의약", "Biopharma"],
    ["物联网研究院", "IoT Institute", "IoT研究院", "사물인터넷연구원", "IoT-Institut"],
    ["软件", "Software", "ソフトウェア", "소프트웨어", "Software"],
    ["检测实验室", "Test Laboratory", "試験所", "시험연구소", "Prüflabor"],
];

const HOMES: &[Five] = &[
    ["花园", "Gardens", "ガーデン", "가든", "Gärten"],
    ["雅苑", "Court", "コート", "아원", "Hof"],
    ["人才公寓", "Talent Apartments", "人材マンション", "인재아파트", "Fachkräftewohnungen"],
];

const TRADES: &[Five] = &[
    ["中心", "Centre", "センター", "센터", "Zentrum"],
    ["广场", "Plaza", "プラザ", "플라자", "Plaza"],
    ["商务大厦", "Business Tower", "ビジネスタワー", "비즈니스타워", "Business Tower"],
];

const SCHOOLS: &[Five] = &[
    ["学校", "School", "学校", "학교", "Schule"],
    ["职业学院", "Vocational College", "専門学校", "직업학교", "Berufskolleg"],
    ["社区医院", "Clinic", "クリニック", "의원", "Klinik"],
];

/// Which kind of name a parcel's occupant has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trade {
    Maker,
    Carrier,
    Research,
    Homes,
    Business,
    Teaching,
}

impl Trade {
    /// How many trades there are.
    pub(super) const COUNT: usize = 6;
}

/// The name of the `number`-th occupant of a trade; no two numbers below 57 share one.
pub(super) fn occupant(trade: Trade, number: usize) -> Owned {
    let (offset, kinds) = match trade {
        Trade::Maker => (0, MAKERS),
        Trade::Carrier => (5, CARRIERS),
        Trade::Research => (9, RESEARCHERS),
        Trade::Homes => (13, HOMES),
        Trade::Business => (16, TRADES),
        Trade::Teaching => (2, SCHOOLS),
    };
    // Brand and kind both move on with each number; 19 brands share no factor with any list of kinds.
    let (brand, kind) = (&BRANDS[(number + offset) % BRANDS.len()], &kinds[number % kinds.len()]);
    [
        format!("{}{}", brand[0], kind[0]),
        format!("{} {}", brand[1], kind[1]),
        format!("{}{}", brand[2], kind[2]),
        format!("{} {}", brand[3], kind[3]),
        format!("{} {}", brand[4], kind[4]),
    ]
}

/// The name of a parcel that has no occupant: its zone and its number.
pub(super) fn plot(short: Five, number: &str) -> Owned {
    [
        format!("{} {number} 地块", short[0]),
        format!("{} Parcel {number}", short[1]),
        format!("{} {number} 区画", short[2]),
        format!("{} {number} 필지", short[3]),
        format!("{} Grundstück {number}", short[4]),
    ]
}

/// Owned strings of a constant name.
pub(super) fn owned(five: Five) -> Owned {
    five.map(str::to_owned)
}
