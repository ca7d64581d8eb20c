retention-title = 留存
retention-headline-none = 還沒有人下單。
retention-headline-few = 目前只有{ $buyers-shown }位已購顧客，人數太少，還無法判斷誰會回來。
retention-headline-early = 目前有{ $buyers-shown }位已購顧客，但觀察都未滿一個月，還無法判斷誰會回來。
retention-headline-share = { $share }的首購顧客在{ $days-shown }天內回購。
retention-headline-day = { $share }的首購顧客在{ $days-shown }天內回購；過了第{ $late-shown }天，只剩一成的回購尚未發生。
retention-headline-range = { $low }–{ $high }的首購顧客在{ $days-shown }天內回購。
retention-headline-range-day = { $low }–{ $high }的首購顧客在{ $days-shown }天內回購；過了第{ $late-shown }天，只剩一成的回購尚未發生。
retention-no-orders = 顧客是否回來，要從訂單得知。請匯入現有的訂單：
retention-lead-window = { $customers ->
    [0] 沒有單次購買顧客仍在第{ $late-shown }天之前。
   *[other] 還有{ $customers-shown }位單次購買顧客未到第{ $late-shown }天。
 }
retention-lead-about = { $customers ->
    [0] 兩週內不會有人到達這一天。
   *[other] 其中{ $customers-shown }位將在兩週內到達這一天。
 }
retention-lead-unknown = 回來的顧客太少，還無法判斷其他人在多久之內仍可能回來。
retention-again = 在另一天再次下單
retention-again-note = { $buyers-shown }位中，目前有{ $repeat-shown }位
retention-back = { $days-shown }天內回購
retention-back-note = 95%信賴區間{ $low }–{ $high }，n = { $people-shown }
retention-median = 回購天數的中位數
retention-median-never = 過半未回購
retention-median-never-note = 在觀察所及的期間，回來的不到一半
retention-days-note = 95%信賴區間{ $low-shown }–{ $high-shown }
retention-days-note-open = 95%信賴區間：至少{ $low-shown }
retention-late = 過了第幾天便少有人回購
retention-late-note = 95%信賴區間{ $low-shown }–{ $high-shown }；在{ $horizon-shown }天內回購的顧客，九成到這天都已回來
retention-late-note-open = 95%信賴區間：至少{ $low-shown }；在{ $horizon-shown }天內回購的顧客，九成到這天都已回來
retention-late-unknown = 尚不清楚
retention-late-unknown-note = 回來的顧客太少，無法判斷
retention-newest = 最新顧客，{ $days-shown }天內回購
retention-newest-more = +{ $points }個百分點
retention-newest-less = −{ $points }個百分點
retention-newest-note-within = 前一年為{ $before }；差距區間{ $low }至{ $high }：未超出隨機範圍，n = { $newest-shown }
retention-newest-note-beyond = 前一年為{ $before }；差距區間{ $low }至{ $high }：超出隨機範圍，n = { $newest-shown }
retention-cohorts-title = 首購之後，平均每個月有{ $share }的顧客下單；沒有同期群與其他同期群的差異超出隨機範圍。
retention-cohorts-title-more = { $month }的首購顧客最常回來：平均每個月有{ $share }下單，其他同期群在相同期間為{ $others }。
retention-cohorts-title-first = 歷史資料開始時（{ $month }）就在購買的顧客最常回來：平均每個月有{ $share }下單，之後的首購顧客在相同期間為{ $others }。
retention-cohorts-title-less = { $month }的首購顧客最少回來：平均每個月有{ $share }下單，其他同期群在相同期間為{ $others }。
retention-cohorts-title-few = 觀察滿一個月的已購顧客太少，還無法比較同期群。
retention-cohorts-how = 依首次下單的月份將顧客分組；每格是經過該月數時下單的比例。斜線：該月尚未結束，比例還會上升。最早的同期群可能包含在歷史資料開始前就已購買的顧客。n = { $buyers-shown }位已購顧客，{ $period }。
retention-cohorts-cut = 此處顯示最近的{ $shown-shown }個同期群，全部都在資料中。
retention-cohorts-first = 第一個月尚未結束。
retention-cohorts-caption = 各同期群在首次下單後各月的下單比例
retention-cohorts-rows = 首次下單
retention-cohorts-columns = 首次下單後的月數
retention-cohorts-size = 人數
retention-cohorts-open = 尚未結束
retention-cohorts-readout = { $month }首購：{ $size-shown }位中有{ $active-shown }位在{ $later-shown }個月後下單，占{ $share }。查看這{ $size-shown }位
retention-cohorts-readout-open = { $month }首購：{ $size-shown }位中目前有{ $active-shown }位在{ $later-shown }個月後下單，占{ $share }；該月尚未結束
retention-window = 回購黃金期
retention-late-pin = 第{ $late-shown }天（{ $low-shown }–{ $high-shown }）
retention-back-axis = 已回來的比例
retention-orders-title-few = 已購顧客太少，還無法判斷多久會回購。
retention-orders-title-median = 半數首購顧客在{ $days-shown }天內回購。
retention-orders-title-share = { $days-shown }天後，{ $share }的首購顧客已回購（{ $low }–{ $high }）。
retention-orders-how = Kaplan–Meier估計與95%信賴區間：尚未回來的顧客，觀察多久就計入多久。每有一位回來，曲線就上升。n = { $people-shown }位已購顧客，{ $period }。
retention-orders-axis = 首次下單後的天數
retention-waiting-title = { $customers ->
    [0] 兩週內沒有單次購買顧客會到達第{ $late-shown }天。
   *[other] { $customers-shown }位單次購買顧客將在兩週內到達第{ $late-shown }天。
 }
retention-waiting-title-plain = { $once-shown }位顧客只在一天下過單。
retention-waiting-how = 只在一天下過單的顧客，依距今天數分組。點選人數可查看這些顧客。n = { $once-shown }位顧客，{ $day }。
retention-waiting-caption = 只在一天下過單的顧客，依距今天數
retention-waiting-days = 距今天數
retention-waiting-customers = 顧客
retention-waiting-range = { $from-shown }–{ $until-shown }
retention-waiting-open = { $from-shown }以上
retention-waiting-about = 即將逾期
retention-waiting-show = 查看這{ $customers-shown }位顧客
retention-visits-title-few = 訪客太少，還無法判斷多久會再次造訪。
retention-visits-title-median = 半數訪客在{ $days-shown }天內再次造訪。
retention-visits-title-share = { $days-shown }天後，{ $share }的訪客已再次造訪（{ $low }–{ $high }）。
retention-visits-how = Kaplan–Meier估計與95%信賴區間，以有識別碼或裝置可辨認的訪客計算。n = { $people-shown }位訪客，{ $period }。
retention-visits-axis = 首次造訪後的天數
retention-visits-pin = 第{ $days-shown }天：{ $share }
retention-visits-none = 還沒有造訪紀錄。
retention-visits-teach = 這裡會顯示再次造訪的訪客比例。造訪是帶有訪客識別碼的網站頁面瀏覽，單從訂單無法得知。
retention-time-readout = 第{ $day-shown }天：{ $share }已回來（{ $low }–{ $high }）
retention-time-back = 已回來
retention-time-interval = 95%信賴區間
retention-time-waiting = 仍在等待
retention-contents-title-none = 還沒有任何內容類型的首次造訪多到足以區分。
retention-contents-title-alike = 各類內容之後再次造訪的比例，差異都未超出隨機範圍。
retention-contents-title-more = { $kinds-shown }類內容中，有{ $higher-shown }類的訪客比全體訪客更常再次造訪。
retention-contents-title-less = { $kinds-shown }類內容中，有{ $lower-shown }類的訪客比全體訪客更少再次造訪。
retention-contents-title-both = { $kinds-shown }類內容中，{ $higher-shown }類的訪客比全體訪客更常再次造訪，{ $lower-shown }類則更少。
retention-contents-how = 依首次造訪最先看到的內容：{ $days-shown }天內再次造訪的比例（Kaplan–Meier估計）與95%信賴區間。只有與全體的區間不相重疊時，才標示更常或更少。n = { $people-shown }位訪客，{ $period }。
retention-contents-caveat = 這是關聯，不是因果：從某類內容開始的訪客，可能本來就是不同的顧客。
retention-contents-none = 首次造訪由某類內容開始的訪客滿30位，才單獨列出這一類。
retention-contents-caption = 再次造訪的訪客，依首次造訪的內容
retention-contents-content = 首次造訪的內容
retention-contents-visitors = 訪客
retention-contents-back = 已回來
retention-contents-drawn = 圖示
retention-contents-against = 與全體相比
retention-contents-higher = 更常
retention-contents-lower = 更少
retention-contents-within = 未超出隨機範圍
retention-contents-all = 全體訪客
retention-chosen = 同期群與回購天數：僅計{ $months }首次下單的顧客。其餘：截至{ $day }的所有顧客。
retention-chosen-buyers = 首次下單於{ $months }。
retention-cohorts-none = 這些月份沒有人首次下單。
