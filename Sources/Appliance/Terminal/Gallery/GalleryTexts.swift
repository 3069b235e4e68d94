/// What stands on the sample screens: made up, and as long as items may be.
struct GalleryTexts {
    var candidate: String
    var programme: String
    var judge: String
    var single: String
    var options: [String]
    var multi: String
    var multiOptions: [String]
    var sign: String
    var signOptions: [String]
    var alternative: String
    var long: String
    var longOptions: [String]
    var areas: [(String, [String])]

    static func of(_ language: String) -> GalleryTexts {
        switch language.prefix(2) {
        case "zh": chinese
        case "ar": arabic
        default: english
        }
    }

    private static let chinese = GalleryTexts(
        candidate: "张**", programme: "科目一 · 小型汽车",
        judge: "行经没有信号灯的人行横道时，如果没有看到行人，可以保持原速通过，不必减速。",
        single: "驾驶机动车在高速公路上发生故障，应当在故障车来车方向多少米以外设置警告标志？",
        options: ["五十米以外", "一百米以外", "一百五十米以外", "不需要设置警告标志"],
        multi: "驾驶机动车在雾天行驶，下列做法中哪些是正确的？",
        multiOptions: ["开启雾灯和危险报警闪光灯", "开启远光灯看清前方", "降低车速，加大跟车距离", "紧跟前车行驶"],
        sign: "图中标志的含义是什么？", signOptions: ["注意危险", "禁止驶入", "前方施工", "紧急停车带"],
        alternative: "黄底黑边三角形标志，中间一个黑色叹号",
        long: "驾驶人在实习期内驾驶机动车上高速公路行驶，应当由持相应或者包含其准驾车型驾驶证三年以上的驾驶人陪同；下列关于陪同驾驶人的说法，哪一项符合有关规定？",
        longOptions: [
            "陪同的驾驶人只要持有驾驶证即可，不限准驾车型和年限", "陪同的驾驶人应当持相应或者包含其准驾车型驾驶证三年以上",
            "驾驶残疾人专用小型自动挡载客汽车的，一律不得陪同", "在实习期内无论有没有人陪同都不得上高速公路行驶",
        ],
        areas: [
            (
                "道路交通安全法律、法规和规章",
                ["机动车行经人行横道时，应当减速行驶，无论当时是否看到行人。", "科目一考试满分为100分，成绩达到90分的为合格。"]
            ), ("交通信号", ["黄底黑边三角形为警告标志，提醒注意前方危险。"]),
            ("安全行车、文明驾驶基础知识", ["雾天行车应当降低车速，开启雾灯和危险报警闪光灯，加大跟车距离。"]),
        ])

    private static let english = GalleryTexts(
        candidate: "Zh*** Wei", programme: "Subject 1 · small cars",
        judge:
            "When you come to a pedestrian crossing without traffic lights and see no pedestrians, you may keep your speed and need not slow down.",
        single:
            "Your car breaks down on a motorway. How far behind it, against the oncoming traffic, must the warning triangle stand?",
        options: ["More than 50 metres", "More than 100 metres", "More than 150 metres", "No triangle is needed"],
        multi: "Which of these are right when you drive in fog?",
        multiOptions: [
            "Switch on fog lights and hazard lights", "Use high beam to see farther",
            "Slow down and keep a longer distance", "Stay close behind the car in front",
        ],
        sign: "What does the sign in the picture mean?",
        signOptions: ["Danger ahead", "No entry", "Road works", "Emergency lay-by"],
        alternative: "A yellow triangle with a black border and a black exclamation mark",
        long:
            "A driver in the probation period who drives on a motorway must be accompanied by a driver who has held a licence for that class, or one including it, for at least three years. Which statement is right?",
        longOptions: [
            "Any licence holder may accompany, whatever the class and the years of holding it",
            "The companion must have held a licence of that class for three years or more",
            "Drivers of automatic cars for disabled people may never be accompanied by anybody",
            "During probation nobody may drive on a motorway, accompanied or not, in any case",
        ],
        areas: [
            (
                "Laws, regulations and rules",
                [
                    "A motor vehicle must slow down at a pedestrian crossing, whether or not a pedestrian can be seen.",
                    "Subject 1 is marked out of 100 and is passed with 90 or more; 90 itself is included.",
                ]
            ),
            ("Traffic signals, signs and markings", ["A yellow triangle with a black border warns of a danger ahead."]),
            (
                "Safe and civilised driving",
                ["In fog you slow down, switch on fog and hazard lights, and keep a longer distance."]
            ),
        ])

    private static let arabic = GalleryTexts(
        candidate: "مح*** علي", programme: "المادة 1 · سيارات صغيرة",
        judge: "عند الاقتراب من ممر مشاة بلا إشارات ضوئية ولا ترى فيه مشاة، يجوز لك الحفاظ على سرعتك دون إبطاء.",
        single: "تعطلت سيارتك على الطريق السريع. على أي مسافة خلفها يجب وضع مثلث التحذير؟",
        options: ["أكثر من 50 متراً (A)", "أكثر من 100 متر", "أكثر من 150 متراً", "لا حاجة إلى مثلث"],
        multi: "أيّ من التصرفات التالية صحيح عند القيادة في الضباب؟",
        multiOptions: [
            "تشغيل أضواء الضباب والتحذير", "استخدام الضوء العالي", "تخفيف السرعة وزيادة المسافة",
            "البقاء قريباً من السيارة الأمامية",
        ],
        sign: "ماذا تعني الإشارة في الصورة؟",
        signOptions: ["خطر أمامك", "ممنوع الدخول", "أعمال طرق", "موقف للطوارئ"],
        alternative: "مثلث أصفر بحافة سوداء وعلامة تعجب",
        long:
            "على السائق في فترة الاختبار الذي يقود على الطريق السريع أن يرافقه سائق يحمل رخصة من الفئة نفسها منذ ثلاث سنوات على الأقل. أي عبارة صحيحة؟",
        longOptions: [
            "يجوز لأي حامل رخصة أن يرافق، مهما كانت الفئة",
            "يجب أن يحمل المرافق رخصة من الفئة نفسها منذ ثلاث سنوات أو أكثر",
            "لا يجوز مرافقة سائقي السيارات الآلية أبداً", "لا يجوز لأحد القيادة على الطريق السريع في فترة الاختبار",
        ],
        areas: [
            ("القوانين واللوائح", ["يجب الإبطاء عند ممر المشاة سواء ظهر مشاة أم لا."]),
            ("إشارات المرور", ["المثلث الأصفر يحذر من خطر أمامك."]),
        ])
}
