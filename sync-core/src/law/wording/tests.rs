use super::*;

mod remedy;

const GOVERNMENT: RemedyTerms<'_> =
    RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: None };

#[test]
fn the_spot_remedy_text_is_read_as_what_it_says() {
    let text = spot_remedy(&GOVERNMENT);
    let said = RemedyFacts {
        order: Order::ReconsiderationFirst,
        reconsideration_periods: [Length::days(60)].into(),
        suit_periods: [Length::days(15)].into(),
        suit_counts_from_penalty: false,
        organs: ["巫山县人民政府".to_owned()].into(),
        internet_channel: false,
    };
    assert_eq!(read_remedy(&text), said, "{text}");
    let channel = "重庆市行政复议网上申请平台（https://example.gov.cn/fy）";
    let text = spot_remedy(&RemedyTerms { internet_channel: Some(channel), ..GOVERNMENT });
    assert_eq!(read_remedy(&text), RemedyFacts { internet_channel: true, ..said }, "{text}");
}

#[test]
fn a_channel_on_the_internet_is_one_that_can_be_found() {
    for text in [
        "提交行政复议申请书的互联网渠道：重庆市行政复议网上申请平台。",
        "可以登录http://fy.example.gov.cn在线申请行政复议。",
        "可以通过“掌上复议”微信小程序提交行政复议申请书。",
        "网上申请行政复议的邮箱为 fuyi@example.gov.cn。",
        "可以登录fy.example.gov.cn申请行政复议。",
        "可以在线提交：www.example.cn。",
    ] {
        assert!(read_remedy(text).internet_channel, "{text}");
    }
    for text in [
        "可以通过互联网渠道提交行政复议申请书。",
        "提交行政复议申请书的互联网渠道：无。",
        "互联网渠道：暂未开通网上平台。",
        "互联网渠道：县政府网站（尚未建成）。",
        "提交申请书的互联网渠道：平台。",
        "缴款：重庆市非税收入管理系统。",
        "本机关的网址是www.example.gov.cn。",
        "提交行政复议申请书的互联网渠道另行告知。",
        "",
    ] {
        assert!(!read_remedy(text).internet_channel, "{text}");
    }
}

#[test]
fn an_organ_is_the_same_with_its_province_and_its_office_of_reconsideration() {
    for named in
        ["巫山县人民政府", "重庆市巫山县人民政府", "巫山县人民政府行政复议办公室", "本级人民政府巫山县人民政府"]
    {
        assert!(is_organ(named, "巫山县人民政府"), "{named}");
    }
    for named in [
        "巫山县人民政府办公室",
        "巫溪县人民政府",
        "重庆市人民政府",
        "巫山县司法局",
        "不是巫山县人民政府",
        "人民政府",
        "",
    ] {
        assert!(!is_organ(named, "巫山县人民政府"), "{named}");
    }
}

#[test]
fn a_correction_order_orders_a_correction() {
    let terms = CorrectionTerms {
        number: "（巫市监）责改〔2026〕3号",
        party: "巫山县某餐饮有限公司",
        violation: "销售的40种菜品未明码标价",
        basis: "《中华人民共和国价格法》第十三条第一款",
        measure: "对所售菜品明码标价",
        by: CorrectBy::AtOnce,
        consequence: "《中华人民共和国价格法》第四十二条",
        reconsideration_organ: "巫山县人民政府",
        contact: "李建国，联系电话：12345",
        organ: "巫山县市场监督管理局",
        on: Date::constant(2026, 11, 23),
    };
    let text = correction_order(&terms);
    assert!(orders_correction(&text));
    for part in [
        "责令改正通知书\n（巫市监）责改〔2026〕3号\n巫山县某餐饮有限公司：\n",
        "立即改正上述违法行为：对所售菜品明码标价。",
        "逾期不改正的，依照《中华人民共和国价格法》第四十二条等规定处理。",
        "自收到本通知书之日起六十日内向巫山县人民政府申请行政复议，也可以自收到本通知书之日起六个月内依法向人民法院提起行政诉讼。",
        "联系人：李建国，联系电话：12345\n巫山县市场监督管理局　2026年11月23日",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let later = CorrectionTerms { by: CorrectBy::Day(Date::constant(2026, 11, 30)), ..terms };
    assert!(correction_order(&later).contains("于2026年11月30日前（含当日）改正"));
    assert!(orders_correction(&correction_order(&later)));
}

#[test]
fn an_order_to_correct_is_told_from_a_recital_a_threat_and_a_refusal() {
    for order in [
        "责令改正。",
        "责令你单位立即改正上述违法行为",
        "现责令你（单位）于2026年11月30日前改正上述违法行为。",
        "责令当事人自收到本通知书之日起15日内整改完毕。",
        "责令限期改正，期限为十日。",
        "经查属实。依据第二十八条的规定，责 令\n你单位停止违法行为。",
        "责令当事人限期三日内改正；逾期不改正的，依法处理。",
    ] {
        assert!(orders_correction(order), "{order}");
    }
    for none in [
        "请注意明码标价。",
        "不予责令改正。",
        "本机关可以责令你单位改正。",
        "再次违法的，将责令改正。",
        "本机关已责令改正，你单位拒不改正。",
        "责令停产停业。当事人表示会改正。",
        "责令限期改正。",
        "责令停产停业，逾期不改正的，吊销许可证。",
        "建议改正。",
        "",
    ] {
        assert!(!orders_correction(none), "{none}");
    }
}

const COLLECTED: PaymentTerms<'_> = PaymentTerms {
    collector: "重庆农村商业银行巫山支行",
    address: "重庆市巫山县高唐街道净坛路100号",
    fine: Fen::yuan(3_000),
};

#[test]
fn the_payment_text_is_read_as_what_it_says() {
    let text = payment_text(&COLLECTED);
    let said = PaymentFacts {
        stated: [Particular::Collector, Particular::Place, Particular::Surcharge].into(),
        amounts: [Fen::yuan(3_000)].into(),
        periods: [Length::days(15)].into(),
        on_the_spot: false,
        on_the_spot_because: false,
    };
    assert_eq!(read_payment(&text), said, "{text}");
}

#[test]
fn a_bank_is_named_by_more_than_being_a_bank() {
    for text in [
        "到中国农业银行巫山县支行缴纳罚款",
        "缴至指定银行（重庆银行巫山支行）",
        "通过电子支付系统扫描缴款码缴纳",
        "至巫山县农村信用合作社营业部缴纳",
    ] {
        assert!(read_payment(text).stated.contains(&Particular::Collector), "{text}");
    }
    for text in [
        "x",
        "到指定银行缴纳",
        "到指定的银行或者通过电子支付系统缴纳",
        "到任意一家商业银行缴纳",
        "向代收银行缴纳",
        "到银行缴款",
        "请于十五日内，银行缴款",
        "",
    ] {
        assert!(!read_payment(text).stated.contains(&Particular::Collector), "{text}");
    }
}

#[test]
fn a_surcharge_is_settled_at_the_rate_of_the_law_or_not_at_all() {
    for text in [
        "逾期不缴纳罚款的，每日按罚款数额的百分之三加处罚款",
        "逾期每日按罚款数额的3%加处罚款",
        "逾期每日按罚款数额的３％加处罚款",
        "逾期缴纳的，不加处罚款",
        "逾期不缴的，依法加处罚款",
    ] {
        assert!(read_payment(text).stated.contains(&Particular::Surcharge), "{text}");
    }
    for text in [
        "逾期后果自负",
        "逾期不缴纳罚款的，每日按罚款数额的百分之五加处罚款",
        "逾期每日按罚款数额的13%加处罚款",
        "逾期每日按罚款数额的千分之三加处罚款",
        "逾期每日按罚款数额的0.3%加处罚款",
    ] {
        assert!(!read_payment(text).stated.contains(&Particular::Surcharge), "{text}");
    }
}

#[test]
fn amounts_are_read_in_every_customary_writing() {
    for text in ["罚款3000元", "罚款３，０００元", "人民币叁仟元整", "罚款三千元", "3,000.00元"]
    {
        assert_eq!(read_payment(text).amounts, [Fen::yuan(3_000)].into(), "{text}");
    }
    assert_eq!(read_payment("罚款3,000.5元").amounts, [Fen::new(300_050).unwrap()].into());
}

#[test]
fn a_place_to_pay_is_an_address_an_account_or_a_code() {
    for text in ["地址：巫山县净坛路", "净坛路100号", "账号：500237000123456", "扫描本决定书所附缴款码"]
    {
        assert!(read_payment(text).stated.contains(&Particular::Place), "{text}");
    }
    for text in ["地址：", "账号：12", "到银行网点", ""] {
        assert!(!read_payment(text).stated.contains(&Particular::Place), "{text}");
    }
}
