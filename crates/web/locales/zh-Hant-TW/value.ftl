value-title = 價值
value-headline = 前20%的顧客貢獻{ $share }的營收。
value-headline-few = 目前只有{ $buyers-shown }位已購顧客，人數太少，還無法判斷營收來自誰。
value-empty-title = 還沒有人下單。
value-empty-lead = 營收來自誰，要從訂單得知。請匯入現有的訂單：
value-lead = { $best ->
    [0] 沒有顧客在最近一次消費、消費頻率、消費金額三項都在前20%。
   *[other] { $best-shown }位顧客（{ $part }）在最近一次消費、消費頻率、消費金額三項都在前20%，貢獻{ $share }的營收。
 }{ $worst ->
    [0] 沒有顧客三項都在後20%。
   *[other] { $worst-shown }位（{ $worst-part }）三項都在後20%，貢獻{ $worst-share }。
 }
value-gross = 總營收（{ $currency }）
value-gross-note = { $buyers-shown }位顧客的{ $orders-shown }筆訂單；淨營收{ $net }
value-gini = 營收吉尼係數
value-gini-note = 0表示每人買得一樣多，1表示全由一人買下。任兩位顧客平均相差平均值的{ $differ }倍。訂單數的吉尼係數：{ $orders }
value-top = 前{ $share }的顧客貢獻
value-top-note = 占營收，{ $customers-shown }位顧客
value-grid-title = { $customers ->
    [0] 沒有顧客同時屬於最近購買與最常購買的一群。
   *[other] 最近購買又最常購買的{ $customers-shown }位顧客占全體的{ $part }，貢獻{ $share }的營收。
 }
value-grid-how = 依距上次下單的天數與訂單數將顧客分組；人數下方是占總營收的比例，底色深淺也代表這個比例。點選任一格可查看其中的顧客。五等分的界線：第{ $version-shown }版，{ $day }發布；許多顧客相同時，各等分人數不會相等，也可能少一等分。n = { $buyers-shown }位顧客，{ $period }。
value-grid-none = 尚未發布五等分的界線。
value-grid-none-how = 最近一次消費與消費頻率的方格圖以固定的界線比較每位顧客，到下一版才會變動。Fanous讀取完所有顧客後，會自動發布第一版。
value-grid-caption = 依距上次下單的天數與訂單數的顧客人數，及其占總營收的比例
value-grid-rows = 距上次下單天數
value-grid-columns = 訂單數
value-grid-size = 合計
value-grid-from = { $least }以上
value-grid-range = { $least }–{ $most }
value-grid-readout = { $customers-shown }位顧客，訂單數{ $frequency }、距上次下單天數{ $recency }：{ $currency } { $gross }，占營收{ $share }
value-lorenz-title = 其餘{ $customers }的顧客合計貢獻{ $share }。
value-lorenz-how = 總營收的羅倫茲曲線：顧客由消費最少排到最多，以及他們合計的貢獻。吉尼係數 = { $gini }，即三角形中著色的部分。n = { $buyers-shown }位顧客，{ $period }。
value-lorenz-x = 顧客，由消費最少者起
value-lorenz-y = 占總營收的比例
value-lorenz-equal = 若每人買得一樣多
value-lorenz-pin = { $customers }的顧客貢獻{ $share }
value-lorenz-readout = 消費最少的{ $customers }顧客貢獻{ $share }的營收
value-contrast-title = 前20%的顧客，下單次數是後20%的{ $times }倍。
value-contrast-title-alike = 前20%與後20%的顧客下單次數相近。
value-contrast-how = 依總營收分成五等分，各{ $customers-shown }位顧客，因此營收不同本是必然；值得看的是差異從何而來。{ $currency }，{ $period }。
value-contrast-caption = 前20%與後20%的顧客對照
value-contrast-measure = 每位顧客
value-contrast-best = 前20%
value-contrast-worst = 後20%
value-contrast-ratio = 前：後
value-contrast-times = × { $times }
value-contrast-part = ÷ { $times }
value-contrast-gross-each = 總營收
value-contrast-share = 占全部總營收的比例
value-contrast-orders = 訂單數
value-contrast-order = 平均客單價
value-contrast-repeat = 不只在一天下單
value-contrast-days = 距上次下單天數的中位數
value-contrast-returns = 退款占總營收
value-contrast-discounts = 折扣占原價
value-contrast-visits = 造訪次數
value-ages-title = { $months ->
    [1] 每位顧客在首次下單當月帶來{ $currency } { $first }，次月帶來{ $later }。
   *[other] 每位顧客在首次下單當月帶來{ $currency } { $first }，之後{ $months-shown }個月平均每月帶來{ $later }。
 }
value-ages-title-first = 每位顧客在首次下單當月帶來{ $currency } { $first }。
value-ages-how-net = 首次下單後各月，每位顧客的淨營收（{ $currency }）與平均值的95%信賴區間。長條下方是資歷已達該月數的人數。n = { $buyers-shown }位顧客，僅計已結束的月份，{ $period }。
value-ages-how-margin = 首次下單後各月，每位顧客的毛利（{ $currency }）與平均值的95%信賴區間。長條下方是資歷已達該月數的人數。n = { $buyers-shown }位顧客，僅計已結束的月份，{ $period }。
value-ages-caveat = 只要來得夠早，每位顧客都計入，停止下單的也不例外：若只平均仍在下單的顧客，其他人離開後平均值自然會上升。越後面的長條越只代表較早的顧客，而最早的顧客可能在歷史資料開始前就已購買；上方標題只談至少半數顧客已達到的月份。
value-ages-none = 這裡會顯示利潤如何隨顧客資歷成長。
value-ages-none-how = 需要至少20位觀察滿兩個月的顧客。
value-ages-y = 每位顧客每月（{ $currency }）
value-ages-x = 首次下單後的月數
value-ages-readout = { $age ->
    [0] 首次下單當月：每位顧客{ $currency } { $mean }（{ $low }–{ $high }），共{ $customers-shown }位
   *[other] { $age-shown }個月後：每位顧客{ $currency } { $mean }（{ $low }–{ $high }），共{ $customers-shown }位；其中下單的{ $active-shown }位每人{ $active-mean }
 }
value-ages-caption = 依首次下單後的月數（{ $currency }）
value-ages-customers = 已達此月數的顧客
value-ages-mean = 每位
value-ages-interval = 95%信賴區間
value-ages-active = 當月下單
value-ages-active-mean = 下單者每位
value-basis-margin = 利潤指毛利：商品營收超過商店成本的部分。
value-basis-net = 成本已知的商品太少，因此這裡的利潤指淨營收。在商品檔案中加入「cost」欄，就會改以毛利計算：
