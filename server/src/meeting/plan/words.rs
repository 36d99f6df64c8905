//! What an invitation says, in the languages that guests are met in.

use cloudsite_domain::record::Language;

/// The sentences of one language. Each is put on a line of its own, some with a value behind them.
pub(super) struct Words {
    /// Who invites; followed by the centre.
    pub(super) from: &'static str,
    /// For whom the link is; followed by the name.
    pub(super) to: &'static str,
    /// When; followed by the time in the meeting's own zone.
    pub(super) time: &'static str,
    /// Languages that are interpreted into; followed by their names.
    pub(super) floors: &'static str,
    /// How to take part; followed by the address.
    pub(super) link: &'static str,
    /// What to know of the link.
    pub(super) private: &'static str,
    /// That there will be no meeting.
    pub(super) cancelled: &'static str,
}

/// The sentences of a language.
pub(super) const fn words(language: Language) -> &'static Words {
    match language {
        Language::Zh => &Words {
            from: "邀请方：",
            to: "受邀人：",
            time: "时间：",
            floors: "提供传译：",
            link: "打开以下链接参加会议（会前一小时起可进入）：",
            private: "此链接仅供受邀人使用，请勿转发。",
            cancelled: "会议已取消。",
        },
        Language::En => &Words {
            from: "Invited by: ",
            to: "For: ",
            time: "Time: ",
            floors: "Interpreted into: ",
            link: "Open this link to take part, from an hour before the beginning: ",
            private: "Whoever has the link can take part: please do not pass it on.",
            cancelled: "The meeting was called off.",
        },
        Language::Ja => &Words {
            from: "主催：",
            to: "ご招待：",
            time: "日時：",
            floors: "通訳：",
            link: "次のリンクからご参加ください（開始一時間前から入室できます）：",
            private: "このリンクはご本人専用です。転送はご遠慮ください。",
            cancelled: "この会議は中止になりました。",
        },
        Language::Ko => &Words {
            from: "주최: ",
            to: "초대 대상: ",
            time: "일시: ",
            floors: "통역: ",
            link: "다음 링크로 참가하십시오(시작 한 시간 전부터 입장 가능): ",
            private: "이 링크는 본인만 사용할 수 있습니다. 전달하지 마십시오.",
            cancelled: "이 회의는 취소되었습니다.",
        },
        Language::De => &Words {
            from: "Einladung von: ",
            to: "Für: ",
            time: "Zeit: ",
            floors: "Verdolmetscht in: ",
            link: "Mit diesem Link nehmen Sie teil, ab einer Stunde vor Beginn: ",
            private: "Wer den Link hat, kann teilnehmen: Bitte geben Sie ihn nicht weiter.",
            cancelled: "Das Gespräch wurde abgesagt.",
        },
    }
}

/// What a language calls itself.
pub(super) const fn own_name(language: Language) -> &'static str {
    match language {
        Language::Zh => "中文",
        Language::En => "English",
        Language::Ja => "日本語",
        Language::Ko => "한국어",
        Language::De => "Deutsch",
    }
}
