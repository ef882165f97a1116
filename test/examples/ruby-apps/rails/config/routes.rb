Rails.application.routes.draw { root 'pages#show' }
