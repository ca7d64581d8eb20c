# What happened, what was kept, what to do.
error-nothing-here = 這個網址沒有內容。
error-no-customer = 查無此顧客。
error-host = 本伺服器不回應這個主機名稱。
error-other-site = 這份表單不是從本站的頁面送出的。
error-busy = 伺服器目前忙碌中。
error-unreadable = 無法讀取這個請求。
error-failed = 系統內部發生錯誤。
error-kept-all = 資料沒有任何變更。
error-kept-nothing-shown = 沒有顯示任何資料，也沒有任何變更。若連線時用的不是伺服器本身的名稱，可能是外人企圖讀取這裡的資料。
error-kept-maybe = 先前已確認收到的資料都已保存。若您剛送出表單，請先查看是否已生效，再決定是否重新送出。
error-todo-start = 請從總覽重新開始，或搜尋顧客。
error-todo-search = 這位顧客的個資可能已刪除，或已併入其他顧客。請以姓名、編號或電子郵件搜尋。
error-todo-host = 請改以localhost、127.0.0.1或[::1]開啟。
error-todo-form = 請開啟該顧客的頁面，再從那裡送出表單；程式請使用API。
error-todo-again = 請稍後再試。
error-todo-back = 請返回修正後再試一次。
error-todo-log = 請再試一次。若問題持續，伺服器的記錄檔會說明原因。
