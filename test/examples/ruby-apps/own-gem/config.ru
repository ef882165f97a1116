require 'greeter'

run lambda { |_env|
  script = File.read(File.join(__dir__, 'public/page.js'))
  body = "<h1>It runs</h1><p>#{Greeter.greeting}</p><script type=\"module\">#{script}</script>"
  [200, { 'content-type' => 'text/html' }, [body]]
}
