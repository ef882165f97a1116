# Makes gems of what Debian packages have unpacked, and what a gem server has beside them
# (https://guides.rubygems.org/rubygems-org-compact-index-api/):
#
#   ruby gems.rb FOLDER ROOT [NAME=SOURCE...]
#
# fills FOLDER from the packages below ROOT. Debian keeps a gem's compiled extension and leaves its
# source out: the gem of a NAME has upstream's source of it, to be compiled when it is installed; any
# other has what Debian compiled.

require 'digest'
require 'fileutils'
require 'rubygems/package'

ENV['SOURCE_DATE_EPOCH'] = '315619200' # Nothing of the hour gets into the gems.

OUT, ROOT, *pairs = ARGV
SOURCES = pairs.to_h { |pair| pair.split('=', 2) }

# Debian is content with older ones than upstream, and Bundler holds that against a Gemfile.lock.
UPSTREAM = {
  'rack-protection' => ['logger', '~> 1.6'],
  'railties' => ['irb', '~> 1.13'],
  'sinatra' => ['logger', '~> 1.6']
}.freeze

# Those of packages, and those that come with Ruby.
def homes
  Dir[File.join(ROOT, 'usr/{share,lib/x86_64-linux-gnu}/rubygems-integration/*')] +
    Dir[File.join(ROOT, 'usr/lib/ruby/gems/*')]
end

# The gem's own folder; an older way of packaging puts all gems' libraries into one.
def library_of(spec, home)
  own = File.join(home, 'gems', spec.full_name)
  return own if File.directory?(File.join(own, 'lib'))

  target = File.join(OUT, 'work', spec.full_name)
  spec.files.grep(%r{^lib/}).each do |file|
    installed = File.join(ROOT, 'usr/lib/ruby/vendor_ruby', file.delete_prefix('lib/'))
    copy(installed, File.join(target, file)) if File.file?(installed)
  end
  target
end

def add_compiled(spec, home, folder)
  compiled = File.join(home, 'extensions/x86_64-linux-gnu/*', spec.full_name)
  Dir[File.join(compiled, '**/*.so')].each do |file|
    copy(file, File.join(folder, 'lib', file.sub(%r{.*/#{Regexp.escape(spec.full_name)}/}, '')))
  end
  spec.extensions = []
end

def copy(from, to)
  FileUtils.mkdir_p(File.dirname(to))
  FileUtils.cp(from, to)
end

def ask_as_upstream(spec)
  name, requirement = UPSTREAM[spec.name]
  return if name.nil?

  spec.dependencies.reject! { |dependency| dependency.name == name }
  spec.add_dependency(name, requirement)
end

def build(spec, folder)
  file = File.join(OUT, 'gems', spec.file_name)
  Dir.chdir(folder) do
    spec.files = Dir['**/*'].select { |name| File.file?(name) }.sort
    spec.test_files = []
    spec.extra_rdoc_files = []
    Gem::Package.build(spec, true, false, file)
  end
  write("quick/Marshal.4.8/#{spec.full_name}.gemspec.rz", Gem.deflate(Marshal.dump(spec)))
  write("info/#{spec.name}", "---\n#{info(spec, file)}\n")
end

def info(spec, file)
  dependencies = spec.runtime_dependencies.map { |one| "#{one.name}:#{among(one.requirement)}" }
  facts = ["checksum:#{Digest::SHA256.file(file).hexdigest}"]
  facts << "ruby:#{among(spec.required_ruby_version)}" unless spec.required_ruby_version.none?
  "#{spec.full_name.delete_prefix("#{spec.name}-")} #{dependencies.join(',')}|#{facts.join(',')}"
end

def among(requirement)
  requirement.as_list.join('&')
end

def write(name, content)
  file = File.join(OUT, name)
  FileUtils.mkdir_p(File.dirname(file))
  File.binwrite(file, content)
end

FileUtils.mkdir_p(File.join(OUT, 'gems'))
specs = homes.flat_map do |home|
  Dir[File.join(home, 'specifications/*.gemspec')].map do |file|
    spec = Gem::Specification.load(file)
    [spec, SOURCES[spec.name] || library_of(spec, home), home]
  end
end
# A package's gem goes before the one that comes with Ruby.
specs.select { |_, folder| File.directory?(folder) }.uniq { |spec,| spec.name }.each do |spec, folder, home|
  add_compiled(spec, home, folder) unless SOURCES.key?(spec.name)
  ask_as_upstream(spec)
  build(spec, folder)
end
FileUtils.rm_rf(File.join(OUT, 'work'))

versions = Dir[File.join(OUT, 'info/*')].sort.map do |file|
  number = File.readlines(file)[1].split.first
  "#{File.basename(file)} #{number} #{Digest::MD5.file(file).hexdigest}\n"
end
write('versions', "created_at: 1980-01-01T00:00:00Z\n---\n#{versions.join}")
