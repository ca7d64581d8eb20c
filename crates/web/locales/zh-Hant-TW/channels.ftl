channels-empty-title = 還沒有人下單。
channels-empty-lead = 通路的差異來自訂單與每筆訂單的通路。請匯入現有的訂單：
channels-empty-months = 這些月份沒有人首次下單。
channels-chosen = 顯示首次下單在{ $months }的顧客，以及他們至今的所有行為。
channels-headline-several = { $share }的顧客在多個通路購買，貢獻{ $net }的淨營收。
channels-headline-one = { $share }的顧客：{ $group }。
channels-online = 線上
channels-store = 門市
channels-social = 社群
channels-other = 其他
channels-only-online = 僅線上
channels-only-store = 僅門市
channels-only-social = 僅社群
channels-only-other = 僅其他
channels-several = 多個通路
channels-groups-title = 多久買一次、帶來多少價值
channels-groups-how = 依下單的通路分組：線上包括網站、App與電商平台；社群包括社群媒體與即時通訊；其他包括電子郵件、簡訊、電話與裝置。金額單位：{ $currency }。每年訂單數僅計成為顧客滿90天者。n = { $buyers-shown }位買家，{ $period }。
channels-groups-caption = 依購買通路的買家
channels-measure = 每位顧客
channels-buyers = 顧客數
channels-orders-each = 訂單數
channels-orders-a-year = 每年訂單數
channels-net-each = 淨營收
channels-average-order = 平均客單價
channels-margin-each = 毛利（成本已知者）
channels-repeat = 不只在一天下單
channels-likings = 最多人感興趣
channels-sample = n = { $sample-shown }
channels-process-title = { $group }：{ $days ->
    [0] 半數在首次造訪當天下單。
   *[other] 半數在首次造訪後{ $days-shown }天內下單。
 }
channels-process-title-none = 下單前的造訪紀錄太少，無法說明購買需要多久。
channels-process-how = 從首次造訪到首次下單的天數（有造訪紀錄者），以及各組曾在任一通路到達各階段的比例。
channels-process-caption = 依購買通路的購買過程
channels-median-days = 首次造訪到首次下單的天數中位數
channels-firsts-title = { $most }：首次在此購買者有{ $share }在{ $days-shown }天內再次下單；{ $least }：{ $other }。
channels-firsts-title-alike = 首次購買的通路對回購沒有超出隨機的差異。
channels-firsts-how = 依首次下單的通路，與之後的行為無關：在多個通路購買的人必定下過兩次單，因此上方各組不能這樣比較。Kaplan–Meier，95%信賴區間。n = { $buyers-shown }位買家，{ $period }。
channels-firsts-caption = 依首次下單通路的回購
channels-first-outlet = 首次下單
channels-back = { $days-shown }天內回購
channels-drawn = 以長條表示
channels-overlaps-title = 哪些通路一起使用
channels-overlaps-how = 每位顧客只在一列：剛好在這些通路購買。
channels-outlets = 通路
channels-share = 比例
channels-net-in = 淨營收（{ $currency }）
